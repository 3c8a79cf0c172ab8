import { readChunks } from "./stream";

/** A file inside an archive. */
export interface TarEntry {
  /** Its path in the archive. */
  readonly name: string;
  /** Its bytes; the array is the receiver's own. */
  readonly bytes: Uint8Array;
}

const BLOCK = 512;

function text(block: Buffer, from: number, length: number): string {
  const end = block.indexOf(0, from);
  return block.toString("utf8", from, end < 0 || end > from + length ? from + length : end);
}

/** A number in octal, or in base 256 where the high bit is set (GNU, for files over 8 GiB). */
function number(block: Buffer, from: number, length: number): number {
  if (block[from] & 0x80) return Number(block.readBigUInt64BE(from + length - 8));
  return Number.parseInt(text(block, from, length).trim() || "0", 8);
}

function checksumHolds(block: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : block[i];
  return sum === number(block, 148, 8);
}

/** What a pax header says of the entry that follows it: records "length key=value\n". */
function paxRecords(bytes: Buffer): { path?: string; size?: string } {
  const records: Record<string, string> = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const length = Number(bytes.toString("latin1", at, space));
    if (!(length > 0)) break;
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(bytes.toString("utf8", space + 1, at + length - 1)) ?? [];
    if (key) records[key] = value;
    at += length;
  }
  return records;
}

function refuseRest(path: string): SyntaxError {
  return new SyntaxError(
    `Cannot read ${path}: nothing but another archive may follow its end marker, got other bytes`,
  );
}

/** Kinds of entries that stand for a file whose bytes are not there. */
const links: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "2": "a symbolic link",
  S: "a sparse file",
};

/**
 * Reads the files of a tar archive one after another, decompressed where its name ends in `.gz` or `.tgz`; ustar, GNU
 * and pax names. Of archives that were joined (`cat a.tar b.tar`) all are read.
 *
 * @param path the archive
 * @param options `signal`: stops the reading; default: the notebook cell's
 * @throws {SyntaxError} if the archive is damaged or cut off, something else stands behind its end, or a file is a link or
 *   sparse, so that its bytes are not there
 * @example
 * for await (const { name, bytes } of readTar("train.tar.gz")) console.log(name, bytes.length);
 */
export async function* readTar(
  path: string,
  options: { signal?: AbortSignal } = {},
): AsyncGenerator<TarEntry> {
  let left = 0; // bytes still to come of the present entry, or of a header
  let parts: Uint8Array[] = [];
  let header: Buffer | undefined;
  let padding = 0;
  let longName: string | undefined;
  let longSize: number | undefined;
  let ended = false; // the last block was an end marker
  let blocks = 0;

  /** Takes up to `left` bytes of a piece; returns them all joined once they are complete. */
  function gather(bytes: Uint8Array, at: number): { next: number; whole?: Buffer } {
    const next = Math.min(bytes.length, at + left);
    parts.push(Uint8Array.prototype.slice.call(bytes, at, next));
    left -= next - at;
    if (left > 0) return { next };
    const whole =
      parts.length === 1
        ? Buffer.from(parts[0].buffer, parts[0].byteOffset, parts[0].byteLength)
        : Buffer.concat(parts);
    parts = [];
    return { next, whole };
  }

  left = BLOCK;
  for await (const { bytes } of readChunks(path, options)) {
    let at = 0;
    while (at < bytes.length) {
      if (padding > 0) {
        const skip = Math.min(padding, bytes.length - at);
        padding -= skip;
        at += skip;
        continue;
      }
      const { next, whole } = gather(bytes, at);
      at = next;
      if (whole === undefined) continue;
      if (header === undefined) {
        blocks++;
        if (whole.every((byte) => byte === 0)) {
          ended = true;
          left = BLOCK;
          continue;
        }
        if (!checksumHolds(whole)) {
          throw ended
            ? refuseRest(path)
            : new SyntaxError(
                `Cannot read ${path}: header ${blocks} must have a valid checksum; the archive is damaged or not a tar file`,
              );
        }
        ended = false;
        header = whole;
        const isOwn = "xgLK".includes(String.fromCharCode(whole[156]));
        left = isOwn || longSize === undefined ? number(whole, 124, 12) : longSize;
        if (!(Number.isSafeInteger(left) && left >= 0)) {
          throw new SyntaxError(
            `Cannot read ${path}: the size of ${text(whole, 0, 100)} must be a whole number, got ${left}`,
          );
        }
        if (left > 0) continue;
      }
      const body = left === 0 && whole === header ? Buffer.alloc(0) : whole;
      const kind = String.fromCharCode(header[156]);
      const prefix = text(header, 257, 5) === "ustar" ? text(header, 345, 155) : "";
      const plainName = (prefix ? `${prefix}/` : "") + text(header, 0, 100);
      padding = (BLOCK - (body.length % BLOCK)) % BLOCK;
      header = undefined;
      left = BLOCK;
      if (kind === "L") longName = text(body, 0, body.length);
      else if (kind === "x") {
        const { path: name, size } = paxRecords(body);
        longName = name ?? longName;
        longSize = size === undefined ? undefined : Number(size);
      } else if (kind !== "K" && kind !== "g") {
        const name = longName ?? plainName;
        if (Object.hasOwn(links, kind)) {
          throw new SyntaxError(
            `Cannot read ${path}: every file must be there with its bytes, got ${links[kind]} for ${name}; pack it with tar --hard-dereference --dereference`,
          );
        }
        const isFile = kind === "0" || kind === "7" || (kind === "\0" && !name.endsWith("/"));
        if (isFile) yield { name, bytes: body };
        longName = longSize = undefined;
      }
    }
  }
  if (ended && parts.some((part) => part.some((byte) => byte !== 0))) throw refuseRest(path);
  if (!ended) {
    const where =
      header === undefined ? "its end marker is missing" : `it ends inside ${text(header, 0, 100)}`;
    throw new SyntaxError(`Cannot read ${path}: the archive is cut off; ${where}`);
  }
}
