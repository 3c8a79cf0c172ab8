import { checkOptions } from "../core/check";
import { limitRules, type ReadLimits, readChunks } from "./stream";

/** A file inside an archive. */
export interface TarEntry {
  /** Its path in the archive. */
  readonly name: string;
  /** Its bytes; the array is the receiver's own. */
  readonly bytes: Uint8Array;
  /** Which of the archive's headers is the file's, from 1 on. */
  readonly header: number;
}

/** Options of {@link readTar}. */
export interface ReadTarOptions extends ReadLimits {
  /** Bytes that an entry may have; default 1 GiB. */
  mostEntryBytes?: number;
  /** Stops the reading; default: the notebook cell's signal. */
  signal?: AbortSignal;
}

const BLOCK = 512;
/** The greatest size in eleven octal digits. */
const MOST_OCTAL = 8 ** 11 - 1;
/** Bytes that a name or another header of an entry may have. */
const MOST_HEADER_BYTES = 1 << 20;

function text(block: Buffer, from: number, length: number): string {
  const end = block.indexOf(0, from);
  return block.toString("utf8", from, end < 0 || end > from + length ? from + length : end);
}

/** A number in octal, or in base 256 where the high bit is set (GNU, for files over 8 GiB); NaN if it is no number. */
function number(block: Buffer, from: number, length: number): number {
  if (block[from] & 0x80) {
    const isSmall =
      block[from] === 0x80 && block.subarray(from + 1, from + length - 8).every((byte) => byte === 0);
    return isSmall ? Number(block.readBigUInt64BE(from + length - 8)) : Number.NaN;
  }
  const digits = text(block, from, length).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : Number.NaN;
}

function checksumHolds(block: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : block[i];
  return sum === number(block, 148, 8);
}

/** What a pax header says of the entry that follows it, by records "length key=value\n"; `undefined` if it is malformed. */
function paxRecords(bytes: Buffer): Map<string, string> | undefined {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const digits = bytes.toString("latin1", at, Math.max(at, space));
    const end = at + Number(digits);
    const equals = bytes.indexOf(61, space);
    const fits = /^[1-9]\d{0,8}$/.test(digits) && end <= bytes.length && bytes[end - 1] === 10;
    if (!fits || equals < 0 || equals >= end) return undefined;
    records.set(bytes.toString("utf8", space + 1, equals), bytes.toString("utf8", equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** Kinds of entries that stand for a file whose bytes are not there. */
const links: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "2": "a symbolic link",
  S: "a sparse file",
};

/** Kinds of entries that say something of the next one. */
const OWN_KINDS = "xgLK";

/**
 * Reads the files of a tar archive one after another, decompressed where its name ends in `.gz` or `.tgz`; ustar, GNU
 * and pax names. Of archives that were joined (`cat a.tar b.tar`) all are read.
 *
 * @param path the archive
 * @param options limits and signal; see {@link ReadTarOptions}
 * @throws {SyntaxError} with the archive's name, if it is damaged or cut off, an entry or the whole is too large,
 *   something else stands behind its end, or a file is a link or sparse, so that its bytes are not there
 * @throws {TypeError} if an option is unknown
 * @throws {RangeError} if a limit is not a whole number
 * @throws {Error} with the archive's name, if it cannot be read
 * @example
 * for await (const { name, bytes } of readTar("train.tar.gz")) console.log(name, bytes.length);
 */
export async function* readTar(path: string, options: ReadTarOptions = {}): AsyncGenerator<TarEntry> {
  checkOptions(
    options,
    { ...limitRules, mostEntryBytes: { whole: true, low: 0 }, signal: "any" },
    { action: `read ${path}` },
  );
  const { mostEntryBytes = 2 ** 30, ...rest } = options;
  let left = BLOCK; // bytes still to come of the present entry, or of a header
  let parts: Uint8Array[] = [];
  let header: Buffer | undefined;
  let padding = 0;
  let longName: string | undefined;
  let longSize: number | undefined;
  let ended = false; // the last block was an end marker
  let blocks = 0;
  const refuse = (problem: string) => new SyntaxError(`Cannot read ${path}: ${problem}`);
  const afterEnd = () =>
    refuse(`nothing but another archive may follow its end marker, got other bytes (header ${blocks})`);

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

  /** Takes a block that may begin an entry; returns whether it does. */
  function begin(block: Buffer): boolean {
    blocks++;
    left = BLOCK;
    if (block.every((byte) => byte === 0)) {
      ended = true;
      return false;
    }
    if (!checksumHolds(block)) {
      if (ended) throw afterEnd();
      throw refuse(`header ${blocks} must have a valid checksum; the archive is damaged or not a tar file`);
    }
    ended = false;
    header = block;
    const name = longName ?? text(block, 0, 100);
    const isOwn = OWN_KINDS.includes(String.fromCharCode(block[156]));
    const own = number(block, 124, 12);
    left = isOwn || longSize === undefined ? own : longSize;
    // A pax header is for sizes that the file's own header has no room for; a smaller one stands in both.
    if (left !== own && left <= MOST_OCTAL) {
      throw refuse(`the two sizes of ${name} (header ${blocks}) must agree, got ${own} and ${left}`);
    }
    if (!(Number.isSafeInteger(left) && left >= 0)) {
      throw refuse(
        `the size of ${name} (header ${blocks}) must be a whole number, got ${JSON.stringify(text(block, 124, 12))}`,
      );
    }
    const [most, option] = isOwn ? [MOST_HEADER_BYTES, ""] : [mostEntryBytes, " (option mostEntryBytes)"];
    if (left > most) {
      throw refuse(`${name} (header ${blocks}) must have at most ${most} bytes${option}, got ${left}`);
    }
    return true;
  }

  /** Takes an entry's bytes; returns it if it is a file. */
  function end(block: Buffer, bytes: Buffer): TarEntry | undefined {
    padding = (BLOCK - (bytes.length % BLOCK)) % BLOCK;
    header = undefined;
    left = BLOCK;
    const kind = String.fromCharCode(block[156]);
    if (kind === "L") longName = text(bytes, 0, bytes.length);
    if (kind === "x") {
      const records = paxRecords(bytes);
      if (records === undefined)
        throw refuse(`the pax header (header ${blocks}) must hold records, got others`);
      if ([...records.keys()].some((key) => key.startsWith("GNU.sparse.")))
        throw hollow("S", records.get("path") ?? "");
      longName = records.get("path") ?? longName;
      const size = records.get("size");
      longSize = size === undefined ? undefined : /^\d+$/.test(size) ? Number(size) : Number.NaN;
    }
    if (OWN_KINDS.includes(kind)) return undefined;
    const prefix = text(block, 257, 5) === "ustar" ? text(block, 345, 155) : "";
    const name = longName ?? (prefix ? `${prefix}/` : "") + text(block, 0, 100);
    longName = longSize = undefined;
    if (Object.hasOwn(links, kind)) throw hollow(kind, name);
    const isDirectory = kind === "5" || (kind === "\0" && name.endsWith("/"));
    // Files of before ustar have no kind.
    const isFile = kind === "0" || (kind === "\0" && text(block, 257, 5) !== "ustar");
    if (!isFile && !isDirectory) {
      throw refuse(
        `every entry must be a file or a directory, got the kind ${JSON.stringify(kind)} for ${name} (header ${blocks})`,
      );
    }
    return isFile ? { name, bytes, header: blocks } : undefined;
  }

  function hollow(kind: string, name: string): SyntaxError {
    return refuse(
      `every file must be there with its bytes, got ${links[kind]} for ${name} (header ${blocks}); pack it with tar --hard-dereference --dereference, without --sparse`,
    );
  }

  for await (const { bytes } of readChunks(path, rest)) {
    for (let at = 0; at < bytes.length; ) {
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
        if (!begin(whole) || left > 0) continue;
        const entry = end(whole, Buffer.alloc(0));
        if (entry) yield entry;
      } else {
        const entry = end(header, whole);
        if (entry) yield entry;
      }
    }
  }
  if (ended && parts.length > 0) {
    if (parts.some((part) => part.some((byte) => byte !== 0))) throw afterEnd();
    throw refuse(
      `it must end with a whole block of ${BLOCK} bytes, got ${BLOCK - left} (header ${blocks + 1})`,
    );
  }
  if (!ended) {
    const where =
      header === undefined ? "its end marker is missing" : `it ends inside ${text(header, 0, 100)}`;
    throw refuse(`the archive is cut off; ${where}`);
  }
}
