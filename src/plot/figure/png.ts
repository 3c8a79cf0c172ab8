import { deflateSync } from "node:zlib";
import { quantize } from "./quantize";

/** An image: RGBA bytes, row by row. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/**
 * Encodes an opaque image as PNG with a palette of at most 256 colours: a third of the size of true colour, and
 * figures have few colours.
 */
export function encodePng(image: Raster): Buffer {
  const { palette, indices } = quantize(image.pixels);
  return Buffer.concat([
    signature,
    header(image),
    chunk("PLTE", palette),
    chunk("IDAT", compress(indices, image.width, image.height)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/**
 * Encodes opaque images of one size as an animated PNG with one palette.
 *
 * @param images at least one
 * @param delay milliseconds an image is shown
 */
export function encodeApng(images: readonly Raster[], delay: number): Buffer {
  const { width, height } = images[0];
  const size = width * height;
  const all = Buffer.concat(images.map((image) => image.pixels));
  const { palette, indices } = quantize(all);
  const control = Buffer.alloc(8);
  control.writeUInt32BE(images.length, 0);
  const parts = [signature, header(images[0]), chunk("acTL", control), chunk("PLTE", palette)];
  let sequence = 0;
  for (let i = 0; i < images.length; i++) {
    const frame = Buffer.alloc(26);
    frame.writeUInt32BE(sequence++, 0);
    frame.writeUInt32BE(width, 4);
    frame.writeUInt32BE(height, 8);
    frame.writeUInt16BE(Math.min(65535, Math.round(delay)), 20);
    frame.writeUInt16BE(1000, 22);
    parts.push(chunk("fcTL", frame));
    const data = compress(indices.subarray(i * size, (i + 1) * size), width, height);
    if (i === 0) {
      parts.push(chunk("IDAT", data));
    } else {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(sequence++, 0);
      parts.push(chunk("fdAT", Buffer.concat([number, data])));
    }
  }
  parts.push(chunk("IEND", Buffer.alloc(0)));
  return Buffer.concat(parts);
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function header({ width, height }: Raster): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data[8] = 8; // bits an index
  data[9] = 3; // palette
  return chunk("IHDR", data);
}

/** Rows with filter 0 (none): neighbouring palette indices have no arithmetic relation. */
function compress(indices: Uint8Array, width: number, height: number): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  for (let row = 0; row < height; row++) {
    rows.set(indices.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  return deflateSync(rows, { level: 9 });
}

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, "latin1");
  out.set(data, 8);
  out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = crcTable[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
