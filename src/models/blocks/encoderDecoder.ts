import type { Symbolic } from "./toolkit";

/** The parts that a U-shaped network is made of; each maps `[samples, rows, columns, channels]`. */
export interface EncoderDecoderParts {
  /** Levels below the first. */
  depth: number;
  /** What a level computes, on the way down and up; level 0 is the finest. */
  block(x: Symbolic, level: number, way: "down" | "up"): Symbolic;
  /** Halves rows and columns. */
  shrink(x: Symbolic, level: number): Symbolic;
  /** Brings the coarser level's maps to a level's size; `skip` has it. */
  enlarge(x: Symbolic, level: number, skip: Symbolic): Symbolic;
  /** Joins the encoder's maps with the enlarged ones. */
  join(skip: Symbolic, enlarged: Symbolic, level: number): Symbolic;
  /** What comes after the lowest block. Default: nothing. */
  middle?(x: Symbolic): Symbolic;
}

/** Goes down and up again, each level of the decoder seeing the encoder's maps of its size. */
export function encoderDecoder(x: Symbolic, parts: EncoderDecoderParts): Symbolic {
  const { depth, block, shrink, enlarge, join, middle = (lowest) => lowest } = parts;
  const skips: Symbolic[] = [];
  let path = x;
  for (let level = 0; level < depth; level++) {
    path = block(path, level, "down");
    skips.push(path);
    path = shrink(path, level);
  }
  path = middle(block(path, depth, "down"));
  for (let level = depth - 1; level >= 0; level--) {
    path = block(join(skips[level], enlarge(path, level, skips[level]), level), level, "up");
  }
  return path;
}
