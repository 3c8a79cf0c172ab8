/** Representations of one value, by MIME type; a front end shows the richest that it knows. */
export type MimeBundle = Record<string, unknown>;
