import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import { displayKey, type TableBundle, tableBundle } from "../core/display";

/** One layer of a network. */
export interface LayerSummary {
  name: string;
  /** Class of the layer, such as `Conv2D`. */
  type: string;
  /** Shape of its output, -1 where it varies, such as `[-1, 120, 120, 64]`. */
  shape: number[];
  parameters: number;
  /** Names of the layers it reads. */
  inputs: string[];
}

/** A network's layers and parameter counts; a notebook shows it as a table. */
export interface Summary {
  layers: LayerSummary[];
  parameters: number;
  /** Parameters that training changes. */
  trainable: number;
  /** The table as plain text. */
  toString(): string;
}

interface Inbound {
  inboundLayers: { name: string }[];
}

function sizeOf(shape: readonly (number | null)[]): number {
  return shape.reduce<number>((product, size) => product * (size ?? 1), 1);
}

function rowsOf(layers: readonly LayerSummary[]): string[][] {
  return layers.map((layer) => [
    layer.name,
    layer.type,
    `[${layer.shape.map((size) => (size < 0 ? "·" : size)).join(", ")}]`,
    layer.parameters.toLocaleString("en"),
    layer.inputs.join(", "),
  ]);
}

const header = ["layer", "type", "shape out", "parameters", "reads"];

/**
 * A network's layers, their shapes and parameters, shown as a table where it is a cell's value.
 *
 * @param model any network with named layers
 * @example
 * summary(conv1d({ inputShape: [600, 6], classes: 61 })).parameters; // 61789
 */
export function summary(model: tfTypes.LayersModel): Summary {
  const layers = model.layers.map((layer): LayerSummary => {
    const shape = (
      Array.isArray(layer.outputShape[0]) ? layer.outputShape[0] : layer.outputShape
    ) as tfTypes.Shape;
    const nodes = layer.inboundNodes as unknown as Inbound[];
    return {
      name: layer.name,
      type: layer.getClassName(),
      shape: shape.map((size) => size ?? -1),
      parameters: layer.countParams(),
      inputs: [...new Set(nodes.flatMap((node) => node.inboundLayers.map((from) => from.name)))],
    };
  });
  const parameters = model.countParams();
  const trainable = model.trainableWeights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
  const totals = `${parameters.toLocaleString("en")} parameters, ${trainable.toLocaleString("en")} trainable`;
  const rows = rowsOf(layers);

  const table = tableBundle(header, rows);
  const bundle: TableBundle = {
    "text/html": `<p>${totals}</p>${table["text/html"]}`,
    "text/plain": `${table["text/plain"]}\n${totals}`,
  };
  return Object.defineProperties({ layers, parameters, trainable } as Summary, {
    toString: { value: () => bundle["text/plain"] },
    [displayKey]: { value: () => bundle },
  });
}
