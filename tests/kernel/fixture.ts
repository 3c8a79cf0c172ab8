interface Size {
  readonly width: number;
}

/** Throws, for a test of where a notebook says it did. */
export function rejectWidth(size: Size): void {
  if (size.width < 0) {
    throw new RangeError(`Cannot use width: a positive one is required, got ${size.width}`);
  }
}
