/** Where an element's text lies, in pixels from its own origin. */
export interface TextBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface TextContext {
  font: string;
  measureText(text: string): { width: number };
}

/** The part of a DOM element that measuring reads. */
interface TextElement {
  readonly tagName: string;
  readonly nodeType: number;
  readonly childNodes: ArrayLike<unknown>;
  readonly parentNode: unknown;
  getAttribute(name: string): string | null;
  readonly style?: { fontSize: string; fontWeight: string; textAnchor: string };
}

const nothing: TextBox = { x: 0, y: 0, width: 0, height: 0 };

/**
 * Measures SVG text with a font's real widths, line by line, for a page without layout.
 *
 * @param context a 2d context that knows the font
 * @param families names of the font, and of those that stand in where it lacks a letter
 */
export function createTextMeasure(
  context: TextContext,
  families: readonly string[],
): (element: unknown) => TextBox {
  const family = families.map((name) => `"${name}"`).join(", ");

  /** Width of the text of one node and what is inside it. */
  function run(node: TextElement & { data?: string }): number {
    if (node.nodeType === 3) {
      const parent = node.parentNode as TextElement;
      const weight = inherited(parent, "fontWeight");
      const bold = weight === "bold" || Number(weight) >= 600;
      context.font = `${bold ? "bold " : ""}${fontSize(parent)}px ${family}`;
      return context.measureText(node.data!).width;
    }
    return children(node).reduce((sum, child) => sum + run(child), 0);
  }

  function text(element: TextElement): TextBox {
    const lines = children(element).filter((child) => child.getAttribute?.("class") === "line");
    const size = fontSize(element);
    const width = lines.length > 0 ? Math.max(...lines.map(run)) : run(element);
    const anchor = inherited(element, "textAnchor") || element.getAttribute("text-anchor");
    const shift = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
    const x = Number(element.getAttribute("x") ?? 0) - shift;
    // the ascent of the bundled font is 0.93 of its size, plotly's lines stand 1.3 apart
    const y = Number(element.getAttribute("y") ?? 0) - 0.93 * size;
    return { x, y, width, height: size * (1.17 + 1.3 * Math.max(0, lines.length - 1)) };
  }

  return function measure(value: unknown): TextBox {
    const element = value as TextElement;
    if (element.tagName === "text" || element.tagName === "tspan") return text(element);
    const boxes = children(element)
      .filter((child) => child.nodeType === 1)
      .map((child) => transformed(measure(child), child.getAttribute("transform")))
      .filter((box) => box.width > 0);
    return boxes.length > 0 ? union(boxes) : nothing;
  };
}

function union(boxes: readonly TextBox[]): TextBox {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** A box after an SVG transform of translations and rotations, as an upright box around it. */
function transformed(box: TextBox, transform: string | null): TextBox {
  if (!transform || box.width === 0) return box;
  let corners = [0, 1, 2, 3].map((corner) => ({
    x: box.x + (corner & 1 ? box.width : 0),
    y: box.y + (corner & 2 ? box.height : 0),
  }));
  for (const [, kind, list] of [...transform.matchAll(/(translate|rotate)\(([^)]*)\)/g)].reverse()) {
    const [first, second = 0, third = 0] = list.split(/[\s,]+/).map(Number);
    if (kind === "translate") {
      corners = corners.map(({ x, y }) => ({ x: x + first, y: y + second }));
    } else {
      const cosine = Math.cos((first * Math.PI) / 180);
      const sine = Math.sin((first * Math.PI) / 180);
      corners = corners.map(({ x, y }) => ({
        x: second + (x - second) * cosine - (y - third) * sine,
        y: third + (x - second) * sine + (y - third) * cosine,
      }));
    }
  }
  return union(corners.map(({ x, y }) => ({ x, y, width: 0, height: 0 })));
}

function children(element: TextElement): (TextElement & { data?: string })[] {
  return Array.from(element.childNodes as ArrayLike<TextElement>);
}

function inherited(element: TextElement, property: "fontSize" | "fontWeight" | "textAnchor"): string {
  let at: TextElement | null = element;
  while (at?.style) {
    const value = at.style[property];
    if (value) return value;
    at = at.parentNode as TextElement | null;
  }
  return "";
}

function fontSize(element: TextElement): number {
  return Number.parseFloat(inherited(element, "fontSize")) || 12;
}
