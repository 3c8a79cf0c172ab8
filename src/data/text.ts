/**
 * Divides one line of CSV into fields: quotes are taken off, doubled quotes are one, commas inside quotes stay.
 *
 * @param line without its line end
 * @example
 * splitLine('1,"Curl, left",""""'); // ["1", "Curl, left", "\""]
 */
export function splitLine(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const fields: string[] = [];
  let at = 0;
  while (true) {
    let field = "";
    if (line[at] === '"') {
      for (at++; at < line.length; at++) {
        if (line[at] !== '"') field += line[at];
        else if (line[at + 1] === '"') {
          field += '"';
          at++;
        } else break;
      }
      at++;
    }
    while (at < line.length && line[at] !== ",") field += line[at++];
    fields.push(field);
    if (at >= line.length) return fields;
    at++;
  }
}
