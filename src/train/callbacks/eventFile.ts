import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";

/** Castagnoli's polynomial, reversed. */
const polynomial = 0x82f63b78;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value;
});

/** The CRC-32C of bytes, rotated and shifted as TFRecord files keep it. */
export function maskedChecksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 255] ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** A TFRecord: length, its checksum, the data, its checksum. */
export function encodeRecord(data: Uint8Array): Buffer {
  const record = Buffer.alloc(16 + data.length);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedChecksum(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedChecksum(data), 12 + data.length);
  return record;
}

/** An unsigned number as protocol buffers write it: seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) | 128);
    left = Math.floor(left / 128);
  }
  return [...bytes, left];
}

/** A field that holds bytes. */
function field(number: number, bytes: Uint8Array | readonly number[]): number[] {
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** What one event tells: the file's version, or numbers by tag. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step?: number;
  readonly version?: string;
  readonly scalars?: Readonly<Record<string, number>>;
}

/** The message `tensorflow.Event`. */
export function encodeEvent(event: TensorBoardEvent): Buffer {
  const { time, step = 0, version, scalars } = event;
  const clock = Buffer.alloc(9);
  clock[0] = 1 * 8 + 1; // field 1, eight bytes
  clock.writeDoubleLE(time, 1);
  const bytes = [...clock];
  if (step !== 0) bytes.push(2 * 8, ...varint(step));
  if (version !== undefined) bytes.push(...field(3, Buffer.from(version)));
  if (scalars) {
    const values = Object.entries(scalars).flatMap(([tag, value]) => {
      const number = Buffer.alloc(5);
      number[0] = 2 * 8 + 5; // field 2, four bytes
      number.writeFloatLE(value, 1);
      return field(1, [...field(1, Buffer.from(tag)), ...number]);
    });
    bytes.push(...field(5, values));
  }
  return Buffer.from(bytes);
}

/** A file of events that TensorBoard reads while it grows. */
export class EventFile {
  private readonly handle: number;
  private static made = 0;

  /** @param directory where the file is made; itself made where it is lacking */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    const time = Date.now() / 1000;
    const name = `events.out.tfevents.${Math.floor(time)}.${hostname()}.${process.pid}.${EventFile.made++}`;
    this.handle = openSync(path.join(directory, name), "a");
    this.write({ time, version: "brain.Event:2" });
  }

  /** Appends one event. */
  write(event: TensorBoardEvent): void {
    writeSync(this.handle, encodeRecord(encodeEvent(event)));
  }

  close(): void {
    closeSync(this.handle);
  }
}
