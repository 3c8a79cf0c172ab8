import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { atomicWrite } from "../core/atomicFile";
import { fileError } from "../core/fileError";

/** How a file ends: its last entry is a checksum of all of it, in which its ten digits count as zeros. */
const ending = /^([\s\S]*,\n {2}"crc32": ")(\d{10})("\n\}\n)$/;

/**
 * Writes an object as JSON for people and programs, whole or not at all, with a checksum of the text.
 *
 * @throws {Error} with the file's name and the system's code, if it cannot be written
 */
export function writeCheckedJson(file: string, value: Readonly<Record<string, unknown>>): void {
  const text = `${JSON.stringify({ ...value, crc32: "0".repeat(10) }, undefined, 2)}\n`;
  const sum = String(crc32(text)).padStart(10, "0");
  atomicWrite(file, text.replace(ending, `$1${sum}$3`));
}

/**
 * Reads an object of {@link writeCheckedJson}.
 *
 * @throws {SyntaxError} with the file's name, if a byte of it is another than was written
 * @throws {Error} with the file's name, if it cannot be read
 */
export function readCheckedJson(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw fileError("read", file, error);
  }
  const [, before, sum, after] = ending.exec(text) ?? [];
  if (sum === undefined || crc32(`${before}${"0".repeat(10)}${after}`) !== Number(sum)) {
    throw new SyntaxError(
      `Cannot read ${file}: it must be JSON with the checksum that it ends with: it is damaged or changed`,
    );
  }
  const { crc32: _, ...value } = JSON.parse(text) as Record<string, unknown>;
  return value;
}
