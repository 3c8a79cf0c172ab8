import { crc32 } from "node:zlib";
import type { PreparedFold } from "./crossValidateOptions";
import { makeSource, type Source } from "./source";
import type { Dataset } from "./types";

/** Bytes of a data set that are looked at where it has more: a fold's data must not take long to recognise. */
const checkedBytes = 1 << 22;
/** Bytes that are copied out at a time. */
const pieceBytes = 1 << 23;

/** The checksum of an array's bytes, after that of those before. */
export function checksumOf({ buffer, byteOffset, byteLength }: ArrayBufferView, before = 0): number {
  // zlib starts anew where it is handed no bytes.
  return byteLength === 0 ? before : crc32(new Uint8Array(buffer, byteOffset, byteLength), before);
}

/** The checksum of `count` samples, evenly taken from the first to the last, without a copy of them all. */
export function checksumOfSamples(source: Source, count: number): number {
  const { samples, size } = source;
  const gap = count > 1 ? (samples - 1) / (count - 1) : 0;
  const step = Math.max(1, Math.floor(pieceBytes / 4 / size));
  let sum = 0;
  for (let start = 0; start < count; start += step) {
    const length = Math.min(step, count - start);
    const indices = Int32Array.from({ length }, (_, i) => Math.round((start + i) * gap));
    sum = checksumOf(source.take(indices), sum);
  }
  return sum;
}

/** Shape, type and checksum: of all samples, or of as many as a few mebibytes hold. */
function describe(dataset: Dataset): string {
  const source = makeSource(dataset);
  const { samples, sampleShape, size, dtype } = source;
  const fitting = Math.floor(checkedBytes / (size * (dtype === "uint8" ? 1 : 4)));
  const count = Math.min(samples, Math.max(1, fitting));
  const of = count < samples ? ` of ${count} samples` : "";
  return `${[samples, ...sampleShape].join(" x ")} ${dtype}, checksum${of} ${checksumOfSamples(source, count)}`;
}

/** What a fold's data are, part by part, so that others of the same size are told apart. */
export function describeFold({ train, validation, test }: PreparedFold): Record<string, string> {
  const { sampleWeight } = train;
  const parts = {
    "train x": train.x,
    "train y": train.y,
    "train sampleWeight": sampleWeight && {
      data: Float32Array.from(sampleWeight),
      shape: [sampleWeight.length],
    },
    "validation x": validation?.x,
    "validation y": validation?.y,
    test,
  };
  return Object.fromEntries(
    Object.entries(parts).map(([name, dataset]) => [name, dataset ? describe(dataset) : "none"]),
  );
}
