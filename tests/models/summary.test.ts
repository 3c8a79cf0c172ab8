import assert from "node:assert/strict";
import test from "node:test";
import { conv1d, radarTwoPath, summary } from "../../src/models";

test("a summary counts what the network has and tells which layer reads which", () => {
  const model = radarTwoPath({ inputShape: [16, 16, 4], filters: 8, lstmFilters: 4 });
  const table = summary(model);
  assert.equal(table.parameters, model.countParams());
  assert.equal(
    table.layers.reduce((sum, layer) => sum + layer.parameters, 0),
    table.parameters,
  );
  assert.ok(table.trainable < table.parameters, "batch statistics are not trained");
  const join = table.layers.filter((layer) => layer.type === "Concatenate");
  assert.equal(join.length, 4);
  for (const layer of join) assert.equal(layer.inputs.length, 2);
  assert.deepEqual(table.layers[table.layers.length - 1].shape, [-1, 16, 16, 1]);
});

test("a notebook gets the table as HTML and as text", async () => {
  const table = summary(conv1d({ inputShape: [90, 6], classes: 61 }));
  const display = (table as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ];
  const bundle = display();
  assert.equal(bundle["text/html"].match(/<tr>/g)?.length, table.layers.length + 1);
  assert.match(bundle["text/html"], /61,789 parameters, 61,469 trainable/);
  const lines = bundle["text/plain"].split("\n");
  assert.equal(lines.length, table.layers.length + 2);
  assert.equal(`${table}`, bundle["text/plain"]);
  assert.deepEqual(Object.keys(table), ["layers", "parameters", "trainable"]);
});
