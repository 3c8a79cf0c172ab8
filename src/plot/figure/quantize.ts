/** An image in at most 256 colours. */
export interface Indexed {
  /** RGB bytes, three a colour. */
  readonly palette: Uint8Array;
  /** One palette index a pixel. */
  readonly indices: Uint8Array;
}

/** Colours are counted in cells of 6 bits per channel; each cell stands for its commonest colour. */
interface Cell {
  red: number;
  green: number;
  blue: number;
  weight: number;
  /** Squared distance to the nearest chosen colour. */
  distance: number;
  nearest: number;
}

/**
 * Reduces RGBA pixels to a palette: exact where 256 colours suffice; else colours are chosen one after the other, each
 * time the one that is most often far from those chosen, so that rare but distinct colours (a thin line, a marker)
 * are kept as well as the many of a smooth field.
 *
 * @param pixels RGBA bytes; transparency is ignored
 */
export function quantize(pixels: Uint8Array): Indexed {
  const colors = new Uint32Array(pixels.length / 4);
  for (let i = 0; i < colors.length; i++) {
    colors[i] = (pixels[4 * i] << 16) | (pixels[4 * i + 1] << 8) | pixels[4 * i + 2];
  }
  const counts = count(colors);
  const indexOf = counts.size <= 256 ? exactIndex(counts) : nearestIndex(counts);
  const palette = new Uint8Array(3 * indexOf.palette.length);
  indexOf.palette.forEach((color, i) => {
    palette.set([color >> 16, (color >> 8) & 255, color & 255], 3 * i);
  });
  const indices = new Uint8Array(colors.length);
  let last = -1;
  let index = 0;
  for (let i = 0; i < colors.length; i++) {
    if (colors[i] !== last) {
      last = colors[i];
      index = indexOf.index.get(last)!;
    }
    indices[i] = index;
  }
  return { palette, indices };
}

/** RGBA pixels with each replaced by its colour of the palette. */
export function inFewColors(pixels: Uint8Array): Uint8Array {
  const { palette, indices } = quantize(pixels);
  const out = new Uint8Array(pixels.length).fill(255);
  indices.forEach((index, i) => {
    out.set(palette.subarray(3 * index, 3 * index + 3), 4 * i);
  });
  return out;
}

interface ColorIndex {
  palette: number[];
  index: Map<number, number>;
}

function count(colors: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>();
  let start = 0;
  for (let i = 1; i <= colors.length; i++) {
    if (i < colors.length && colors[i] === colors[start]) continue;
    counts.set(colors[start], (counts.get(colors[start]) ?? 0) + i - start);
    start = i;
  }
  return counts;
}

function exactIndex(counts: Map<number, number>): ColorIndex {
  const palette = [...counts.keys()];
  return { palette, index: new Map(palette.map((color, i) => [color, i])) };
}

function nearestIndex(counts: Map<number, number>): ColorIndex {
  const cells = new Map<number, Cell & { most: number }>();
  const cellOf = (color: number) => ((color >> 6) & 0x3f000) | ((color >> 4) & 0xfc0) | ((color >> 2) & 0x3f);
  for (const [color, times] of counts) {
    const key = cellOf(color);
    const cell = cells.get(key);
    const channels = { red: color >> 16, green: (color >> 8) & 255, blue: color & 255 };
    if (!cell) {
      cells.set(key, {
        ...channels,
        weight: times,
        most: times,
        distance: Number.POSITIVE_INFINITY,
        nearest: 0,
      });
    } else {
      cell.weight += times;
      if (times > cell.most) Object.assign(cell, channels, { most: times });
    }
  }
  const all = [...cells.values()];
  const palette: number[] = [];
  let next: Cell | undefined = all.reduce((best, cell) => (cell.weight > best.weight ? cell : best));
  while (next && palette.length < 256) {
    const { red, green, blue } = next;
    let most = 0;
    next = undefined;
    for (const cell of all) {
      const distance = (cell.red - red) ** 2 + (cell.green - green) ** 2 + (cell.blue - blue) ** 2;
      if (distance < cell.distance) {
        cell.distance = distance;
        cell.nearest = palette.length;
      }
      const gain = Math.sqrt(cell.weight) * cell.distance;
      if (gain > most) {
        most = gain;
        next = cell;
      }
    }
    palette.push((red << 16) | (green << 8) | blue);
  }
  const index = new Map([...counts.keys()].map((color) => [color, cells.get(cellOf(color))!.nearest]));
  return { palette, index };
}
