/** Graphs on their way to the addon, which loads them as SavedModels only. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { backend } from "../native";
import { type Message, proto } from "./graphAttribute";

/** The session's tag in its SavedModel. */
const graphTag = "podium";

/** A graph as a SavedModel's bytes. */
function serialize(graph: Message): Uint8Array {
  const information = new proto.MetaGraphDef.MetaInfoDef();
  information.addTags(graphTag);
  const metaGraph = new proto.MetaGraphDef();
  metaGraph.setMetaInfoDef(information);
  metaGraph.setGraphDef(graph);
  const savedModel = new proto.SavedModel();
  savedModel.setSavedModelSchemaVersion(1);
  savedModel.addMetaGraphs(metaGraph);
  return savedModel.serializeBinary();
}

/** Loads a graph into a session of its own and returns the session's number. */
export function loadGraph(graph: Message): number {
  const directory = mkdtempSync(path.join(tmpdir(), "podium-graph-"));
  try {
    mkdirSync(path.join(directory, "variables"));
    writeFileSync(path.join(directory, "saved_model.pb"), serialize(graph));
    return backend().binding.loadSavedModel(directory, graphTag);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
