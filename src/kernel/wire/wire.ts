import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** A Jupyter connection file: where to listen and the key that signs messages. */
export interface Connection {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
}

/** Whose message it is and what it is about. */
export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly version: string;
  readonly date: string;
  /** The queue of cells that the request belongs to (JEP 91); none for the first one. */
  readonly subshell_id?: string | null;
}

/** The body of a message; its fields depend on the message's type. */
export type Content = Record<string, unknown>;

/** A message of the Jupyter protocol. */
export interface Message {
  /** Routing frames of the sender, returned with the reply. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  /** The header of what it answers; empty for a request. */
  readonly parent: Partial<Header>;
  readonly metadata: Content;
  readonly content: Content;
  readonly buffers: readonly Uint8Array[];
}

const delimiter = Buffer.from("<IDS|MSG>");
const session = randomUUID();

function sign(parts: readonly (Buffer | string)[], key: string): string {
  if (key === "") return "";
  const hash = createHmac("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** The address of one of the connection's ports. */
export function address(connection: Connection, port: number): string {
  const { transport, ip } = connection;
  return transport === "ipc" ? `ipc://${ip}-${port}` : `${transport}://${ip}:${port}`;
}

/**
 * Reads a message from its frames.
 *
 * @throws {SyntaxError} where the frames are not a message or the signature is wrong
 */
export function decodeMessage(frames: readonly Buffer[], key: string): Message {
  const start = frames.findIndex((frame) => frame.equals(delimiter));
  const body = frames.slice(start + 2, start + 6);
  if (start < 0 || body.length < 4) {
    throw new SyntaxError(
      `Cannot read message: a delimiter and four parts are required, got ${frames.length} frames`,
    );
  }
  const given = frames[start + 1];
  const expected = Buffer.from(sign(body, key));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new SyntaxError("Cannot read message: the signature of this connection is required, got another");
  }
  return {
    identities: frames.slice(0, start),
    header: JSON.parse(body[0].toString()),
    parent: JSON.parse(body[1].toString()),
    metadata: JSON.parse(body[2].toString()),
    content: JSON.parse(body[3].toString()),
    buffers: frames.slice(start + 6),
  };
}

/** A message to send; `parent` is the header of the request that caused it. */
export interface Outgoing {
  readonly type: string;
  /** The message's own name (default: a new one). */
  readonly id?: string;
  /** The content, as JSON already where it comes from another thread. */
  readonly content: Content | string;
  readonly parent?: Header;
  readonly metadata?: Content;
  readonly identities?: readonly Uint8Array[];
  readonly buffers?: readonly Uint8Array[];
}

/** An escaped half of a character: the marks before it stand in pairs, each for one of the text. */
const loneSurrogates = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/**
 * A part of a message. Half a character, as a text that was cut may hold, becomes U+FFFD: others, Jupyter among them,
 * can neither send nor save it.
 */
export function toJson(part: unknown): string {
  const text = JSON.stringify(part);
  // JSON.stringify escapes halves, and nothing else of that form.
  return text.includes("\\ud") ? text.replace(loneSurrogates, "$1\ufffd") : text;
}

/** Frames of a signed message. */
export function encodeMessage(message: Outgoing, key: string): (Uint8Array | string)[] {
  const {
    type,
    id = randomUUID(),
    content,
    parent = {},
    metadata = {},
    identities = [],
    buffers = [],
  } = message;
  const header: Header = {
    msg_id: id,
    msg_type: type,
    session,
    username: "kernel",
    version: "5.4",
    date: new Date().toISOString(),
  };
  const parts = [header, parent, metadata, content].map((part) =>
    typeof part === "string" ? part : toJson(part),
  );
  return [...identities, delimiter, sign(parts, key), ...parts, ...buffers];
}
