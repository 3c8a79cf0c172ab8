/** JSON of a value in which numbers may also be NaN or infinite: a training that went wrong is kept as it is. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_, item: unknown) =>
      typeof item === "number" && !Number.isFinite(item) ? { $number: String(item) } : item,
    indent,
  );
}

/** The value of {@link toJson}'s text. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, item: unknown) =>
    typeof item === "object" && item !== null && "$number" in item
      ? Number((item as { $number: string }).$number)
      : item,
  );
}
