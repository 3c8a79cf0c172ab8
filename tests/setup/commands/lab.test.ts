import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { load, put, temporaryFolder } from "../support";

const notebook = (source: string, outputs: object[] = []) =>
  JSON.stringify({ cells: [{ cell_type: "code", source, outputs }] });

async function clone(context: TestContext) {
  const { placesOf } = await load("places");
  const root = temporaryFolder(context);
  put(path.join(root, "notebooks", "wave.ipynb"), notebook("1"));
  const places = placesOf(root);
  return { places, copy: path.join(places.workingCopies, "wave.ipynb") };
}

test("a clone's notebooks are run from copies, so that outputs change no file of git", async (context) => {
  const { provideCopies } = await load("commands/lab");
  const { places, copy } = await clone(context);
  assert.equal(places.workingCopies, path.join(places.home, "lab"));
  provideCopies(places);
  assert.equal(readFileSync(copy, "utf8"), notebook("1"));
});

test("a copy that was run alone follows a newer notebook; one that was changed stays", async (context) => {
  const { provideCopies } = await load("commands/lab");
  const { places, copy } = await clone(context);
  const original = path.join(places.notebooks, "wave.ipynb");
  provideCopies(places);
  put(copy, notebook("1", [{ output_type: "stream", text: "1" }]));
  provideCopies(places);
  assert.match(readFileSync(copy, "utf8"), /stream/, "an executed copy of the present notebook is kept");
  put(original, notebook("2"));
  provideCopies(places);
  assert.equal(readFileSync(copy, "utf8"), notebook("2"));

  const said: string[] = [];
  context.mock.method(process.stderr, "write", (text: string) => said.push(text) > 0);
  put(copy, notebook("my own"));
  put(original, notebook("3"));
  provideCopies(places);
  assert.equal(readFileSync(copy, "utf8"), notebook("my own"));
  assert.match(said.join(""), /lab\/wave\.ipynb was changed and stays; notebooks\/wave\.ipynb is newer/);
});

test("an installed package's notebooks are copies already", async (context) => {
  const { placesOf } = await load("places");
  const { provideCopies } = await load("commands/lab");
  const root = path.join(temporaryFolder(context), "node_modules", "podium");
  put(path.join(root, "notebooks", "wave.ipynb"), notebook("1"));
  const places = placesOf(root);
  provideCopies(places);
  assert.equal(places.workingCopies, places.notebooks);
  assert.ok(!existsSync(path.join(places.work, "lab")));
});
