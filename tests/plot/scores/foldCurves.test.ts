import assert from "node:assert/strict";
import test from "node:test";
import { foldCurves } from "../../../src/plot";

const first = {
  logs: {
    loss: [3, 2, 1],
    val_loss: [3, 1.5, 2],
    accuracy: [0.1, 0.5, 0.9],
    val_accuracy: [0.1, 0.6, 0.5],
    learningRate: [1, 1, 1],
  },
};
const second = { logs: { loss: [3, 2], val_loss: [2, Number.NaN] } };

test("every metric has a panel, every fold a colour, and the best epoch a mark", () => {
  const figure = foldCurves([first, second]);
  const titles = ["yaxis", "yaxis2"].map(
    (axis) => (figure.layout[axis] as { title: { text: string } }).title.text,
  );
  assert.deepEqual(titles, ["loss", "accuracy"]);
  assert.equal(figure.layout.yaxis3, undefined, "the learning rate is no result");
  const marks = figure.data.filter(({ mode }) => mode === "markers").map(({ name, x, y }) => [name, x, y]);
  assert.deepEqual(marks, [
    ["fold 1", [2], [1.5]],
    ["fold 2", [1], [2]],
    ["fold 1", [2], [0.6]],
  ]);
  const legend = figure.data.filter(({ showlegend }) => showlegend).map(({ name }) => name);
  assert.deepEqual(legend, ["fold 1", "fold 2"], "one entry per fold");
});

test("the fold that trains now stands out", () => {
  const figure = foldCurves([first, second], { present: 1 });
  for (const trace of figure.data) assert.equal(trace.opacity, trace.name === "fold 1" ? 0.3 : undefined);
});

test("logs without validation are drawn solid, chosen metrics alone", () => {
  const figure = foldCurves([{ logs: { loss: [1, 2] } }], { names: ["<all>"] });
  assert.equal(figure.data.length, 1);
  assert.equal((figure.data[0].line as { dash: string }).dash, "solid");
  assert.equal(figure.data[0].name, "&lt;all&gt;");
  assert.ok(!("yaxis2" in foldCurves([first], { metrics: ["accuracy"] }).layout));
});

test("training that has not begun, and metrics nobody logged, are refused", () => {
  assert.throws(() => foldCurves([]), { name: "RangeError", message: /none/ });
  assert.throws(() => foldCurves([first], { metrics: ["f1"] }), {
    message: /\(loss, accuracy, learningRate\), got f1/,
  });
});

test("ten folds have ten colours, fourteen metrics rows of panels, and one epoch a point", () => {
  const folds = Array.from({ length: 10 }, (_, i) => ({ logs: { loss: [i, 1, 0] } }));
  const colors = foldCurves(folds).data.map(({ line }) => (line as { color: string }).color);
  assert.equal(new Set(colors).size, 10);
  const logs = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`m${i}`, [1, Number.NaN, 3, 4]]));
  const { data, layout } = foldCurves([{ logs }]);
  for (let i = 0; i < 14; i++) {
    const number = i === 0 ? "" : i + 1;
    const { domain: across } = layout[`xaxis${number}`] as { domain: number[] };
    const { domain: upright } = layout[`yaxis${number}`] as { domain: number[] };
    assert.ok(across[0] >= 0 && across[0] < across[1] && across[1] <= 1, `${across}`);
    assert.ok(upright[0] >= 0 && upright[0] < upright[1] && upright[1] <= 1, `${upright}`);
  }
  assert.equal(data[0].mode, "lines+markers", "no line leads to the first epoch");
  assert.equal(foldCurves([{ logs: { loss: [1, 2] } }]).data[0].mode, "lines");
});
