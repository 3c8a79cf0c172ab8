import assert from "node:assert/strict";
import test from "node:test";
import { encode } from "../../../src/plot/figure/encode";
import { escapeText, formatNumber, scriptJson } from "../../../src/plot/figure/text";

test("a long typed array travels packed and its bytes come back as they were", () => {
  const values = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i));
  const whole = new Float32Array(120);
  whole.set(values, 10);
  const packed = encode(whole.subarray(10, 110)) as { dtype: string; bdata: string };
  assert.equal(packed.dtype, "f4");
  const bytes = Buffer.from(packed.bdata, "base64");
  assert.deepEqual(
    new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
    values,
  );
});

test("rows of one type and length travel as one matrix, uneven rows as lists", () => {
  const rows = [Uint8Array.from({ length: 20 }, (_, i) => i), new Uint8Array(20).fill(7)];
  const packed = encode({ z: rows }) as { z: { dtype: string; shape: string; bdata: string } };
  assert.equal(packed.z.dtype, "u1");
  assert.equal(packed.z.shape, "2, 20");
  assert.deepEqual([...Buffer.from(packed.z.bdata, "base64")], [...rows[0], ...rows[1]]);
  assert.ok(Array.isArray(encode([new Uint8Array(20), new Uint8Array(21)])));
  assert.ok(Array.isArray(encode([new Uint8Array(20), new Float32Array(20)])));
});

test("numbers that JSON does not know become null, and what is undefined is left out", () => {
  assert.deepEqual(encode({ a: [1, Number.NaN], b: undefined, c: Float32Array.of(2, -Infinity), d: null }), {
    a: [1, null],
    c: [2, null],
    d: null,
  });
});

test("text from data opens no tag, neither in plotly's labels nor in a script", () => {
  assert.equal(escapeText('<a href="x">&'), '&lt;a href="x"&gt;&amp;');
  const json = scriptJson({ label: "</script><script>alert(1)</script>\u2028" });
  assert.ok(!json.includes("<") && !json.includes("\u2028"));
  assert.equal(JSON.parse(json).label, "</script><script>alert(1)</script>\u2028");
});

test("numbers in labels are short", () => {
  assert.equal(formatNumber(1234.567), "1,230");
  assert.equal(formatNumber(0.000123456, 2), "0.00012");
});

// plotly/plotly.js#501: dates in a layout, where JSON knows none
test("dates, whole numbers of any size, sets and maps keep their meaning, and text what an image can hold", () => {
  const layout = {
    range: [new Date(Date.UTC(2021, 0, 1, 6)), new Date(Number.NaN)],
    count: 12n,
    ids: BigInt64Array.of(1n, -2n),
    set: new Set([1, Number.NaN]),
    map: new Map([["a", new Date(0)]]),
    text: "tab\t, nul \0, escape \u001b, half \ud83d, whole \u{1f642}, none \uffff",
  };
  assert.deepEqual(JSON.parse(JSON.stringify(encode(layout))), {
    range: ["2021-01-01T06:00:00.000Z", null],
    count: 12,
    ids: [1, -2],
    set: [1, null],
    map: { a: "1970-01-01T00:00:00.000Z" },
    text: "tab\t, nul \ufffd, escape \ufffd, half \ufffd, whole \u{1f642}, none \ufffd",
  });
});
