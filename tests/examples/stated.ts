import assert from "node:assert/strict";
import ts from "@tslab/typescript-for-tslab";

/** Where the value that a text begins with ends; 0 where it begins with words. */
function valueEnd(text: string): number {
  const plain = /^(-?\d[\d_]*(\.\d+)?(e[-+]?\d+)?|"[^"]*"|(true|false|null|undefined|NaN)\b)/.exec(text);
  if (plain) return plain[0].length;
  const start = /^(\w+Array )?[[{]/.exec(text)?.[0].length ?? 0;
  let depth = start > 0 ? 1 : 0;
  let end = start;
  for (let quoted = false; depth > 0 && end < text.length; end++) {
    if (text[end] === '"') quoted = !quoted;
    else if (!quoted && "[{".includes(text[end])) depth++;
    else if (!quoted && "]}".includes(text[end])) depth--;
  }
  return end;
}

/** Whether a comment states a value, such as `0.75`, `"a" or "b"`, `[null, 64]`, `shape [2, 1]`. */
export const statesValue = (text: string): boolean => valueEnd(text.replace(/^(about|shape) /, "")) > 0;

interface WithShape {
  readonly shape: readonly (number | null)[];
}

function plainOf(actual: unknown): unknown {
  if (typeof actual !== "object" || actual === null) return actual;
  const tensor = actual as { dataSync?(): ArrayLike<number>; shape: number[] };
  if (tensor.dataSync) return tensor.shape.length > 0 ? Array.from(tensor.dataSync()) : tensor.dataSync()[0];
  return actual;
}

function assertNear(actual: unknown, expected: number, decimals: number): void {
  const tolerance = decimals > 0 ? 0.5001 * 10 ** -decimals : 1e-6;
  assert.ok(
    Math.abs((actual as number) - expected) <= tolerance,
    `got ${actual}, the comment says ${expected}`,
  );
}

const words = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["undefined", undefined],
  ["NaN", NaN],
]);

function assertIs(actual: unknown, node: ts.Expression): void {
  if (ts.isParenthesizedExpression(node)) {
    assertIs(actual, node.expression);
  } else if (ts.isNumericLiteral(node)) {
    assertNear(actual, Number(node.text), /[.](\d+)$/.exec(node.getText())?.[1].length ?? 0);
  } else if (ts.isPrefixUnaryExpression(node)) {
    assertIs(-(actual as number), node.operand);
  } else if (ts.isStringLiteral(node)) {
    assert.equal(actual, node.text);
  } else if (ts.isArrayLiteralExpression(node)) {
    assertIsList(actual, node.elements);
  } else if (ts.isCallExpression(node)) {
    // Float32Array.of(…)
    const type = (node.expression as ts.PropertyAccessExpression).expression.getText();
    assert.equal((actual as object).constructor.name, type);
    assertIsList(actual, node.arguments);
  } else if (ts.isObjectLiteralExpression(node)) {
    const names = node.properties.map((property) => property.name!.getText());
    assert.deepEqual(Object.keys(actual as object).sort(), names.sort());
    for (const property of node.properties as ts.NodeArray<ts.PropertyAssignment>) {
      assertIs((actual as Record<string, unknown>)[property.name.getText()], property.initializer);
    }
  } else if (words.has(node.getText())) {
    assert.equal(actual, words.get(node.getText()));
  } else {
    // A size by its name, as in [windows, 600, 18].
    assert.ok(Number.isInteger(actual), `got ${actual} for ${node.getText()}`);
  }
}

function assertIsList(actual: unknown, elements: readonly ts.Expression[]): void {
  const list = actual as ArrayLike<unknown>;
  const open = elements.length > 0 && ts.isSpreadElement(elements.at(-1)!);
  const stated = open ? elements.slice(0, -1) : elements;
  assert.ok(typeof list?.length === "number", `got ${String(actual)}, the comment says a list`);
  if (open) assert.ok(list.length >= stated.length);
  else
    assert.equal(list.length, stated.length, `got ${list.length} values, the comment says ${stated.length}`);
  stated.forEach((element, i) => {
    assertIs(list[i], element);
  });
}

/** Holds a value to what the comment behind it says: a literal, or its shape. Numbers are held to the digits shown. */
export function assertStated(actual: unknown, comment: string): void {
  let text = comment.replace(/^about /, "");
  let value = plainOf(actual);
  const shaped = typeof actual === "object" && actual !== null && "shape" in actual && !Array.isArray(actual);
  if (text.startsWith("shape ")) {
    text = text.slice("shape ".length);
    value = shaped ? (actual as WithShape).shape : actual;
  } else if (shaped && text.startsWith("[") && (value as { length?: number }).length === undefined) {
    value = (actual as WithShape).shape;
  }
  const alternatives: ts.Expression[] = [];
  for (;;) {
    const end = valueEnd(text);
    const literal = text
      .slice(0, end)
      .replace(/(\w+Array) \[([^\]]*)\]/g, "$1.of($2)")
      .replaceAll("…", "...rest");
    const file = ts.createSourceFile("value.ts", `(${literal})`, ts.ScriptTarget.ES2022, true);
    alternatives.push((file.statements[0] as ts.ExpressionStatement).expression);
    if (!text.slice(end).startsWith(" or ")) break;
    text = text.slice(end + " or ".length);
  }
  const failures = alternatives.map((expected) => {
    try {
      assertIs(value, expected);
      return undefined;
    } catch (error) {
      return error;
    }
  });
  if (!failures.includes(undefined)) throw failures[0];
}
