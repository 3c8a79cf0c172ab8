import { crc32, deflateSync } from "node:zlib";
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
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}
