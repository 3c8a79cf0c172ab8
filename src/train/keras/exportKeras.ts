import path from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import { atomicWrite } from "../../core/atomicFile";
import { encodeHdf5, type Hdf5Array } from "../../data/hdf5";
import { encodeZip } from "../../data/zip";
import { type Config, type KerasLayer, kerasLayer, kerasObject } from "./kerasLayer";
import { ownLayersSource, ownModule } from "./ownLayers";

/** A column's or channel's numbers: what a value loses, is divided by and then gains. */
export interface ColumnScaling {
  /** Columns or channels, in the order in which the network takes them. */
  readonly channels: readonly string[];
  /** Subtracted. */
  readonly centre: readonly number[];
  /** What is then divided by. */
  readonly scale: readonly number[];
  /** Added at the end. */
  readonly offset: number;
}

/** Options of {@link exportKeras}. */
export interface ExportKerasOptions {
  /** Name of the file, without its ending. Default `"model"`. */
  name?: string;
  /** What a fold's scaler learned, such as `features.standardScaler().fit(windows, { indices: fold.train }).state`. Default none. */
  preprocessing?: ColumnScaling;
}

/** What {@link exportKeras} wrote. */
export interface KerasExport {
  /** The model, for `keras.saving.load_model`. */
  readonly model: string;
  /** Python module to import before, where the network has layers that Keras has not. */
  readonly layers: string | undefined;
  /** Table of the preprocessing. */
  readonly preprocessing: string | undefined;
}

type Shape = readonly (number | null)[];
/** Layer, node and tensor. */
type Place = readonly [name: string, node: number, tensor: number, ...rest: unknown[]];

interface LayerJson {
  readonly name: string;
  readonly class_name: string;
  readonly config: Config;
  readonly inbound_nodes: readonly (readonly Place[])[];
}

/** The folder of a class's weights, as Keras names it. */
function snakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Counts names: the second of the same is numbered 1, as in Keras. */
function numbered(): (name: string) => string {
  const counts = new Map<string, number>();
  return (name) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
}

/** Names of layers that a person gave; the others are numbered by their class, so that equal models make equal files. */
function layerNames(layers: readonly LayerJson[]): Map<string, string> {
  const given = (layer: LayerJson): boolean =>
    !new RegExp(`^(.*_${layer.class_name}|input)\\d+$`).test(layer.name);
  const taken = new Set(layers.filter(given).map(({ name }) => name.replaceAll("/", "_")));
  const next = numbered();
  return new Map(
    layers.map((layer) => {
      if (given(layer)) return [layer.name, layer.name.replaceAll("/", "_")];
      let name: string;
      do name = next(snakeCase(layer.class_name));
      while (taken.has(name));
      return [layer.name, name];
    }),
  );
}

/** Shapes of what a layer's node puts out. */
function outputShape(model: LayersModel, [name, node, tensor]: Place): Shape {
  const output = model.getLayer(name).getOutputAt(node);
  return (Array.isArray(output) ? output[tensor] : output).shape;
}

/** The layers of a model and the places of its inputs and outputs. */
function layersOf(model: LayersModel): { layers: LayerJson[]; inputs: Place[]; outputs: Place[] } {
  const json = model.toJSON(undefined, false) as unknown as { config: { layers: LayerJson[] } };
  const places = (layers: LayersModel["layers"], nodes: number[], tensors: number[]): Place[] =>
    layers.map(({ name }, index) => [name, nodes[index], tensors[index]]);
  return {
    layers: json.config.layers,
    inputs: places(model.inputLayers, model.inputLayersNodeIndices, model.inputLayersTensorIndices),
    outputs: places(model.outputLayers, model.outputLayersNodeIndices, model.outputLayersTensorIndices),
  };
}

/** A layer's weights, in order, by their paths below the layer. */
function weightsBelow(model: LayersModel, name: string, parts: readonly string[]): Map<string, Hdf5Array> {
  const weights = model.getLayer(name).getWeights();
  const each = weights.length / parts.length;
  return new Map(
    weights.map((weight, index) => {
      const part = parts[Math.floor(index / each)];
      const place = `${part ? `${part}/` : ""}vars/${index % each}`;
      return [place, { data: Float32Array.from(weight.dataSync()), shape: weight.shape }];
    }),
  );
}

/** The model whose layers know how they are joined; a sequential one makes it when it is first used. */
function graphOf(model: LayersModel): LayersModel {
  if (model.getClassName() !== "Sequential") return model;
  const sequential = model as unknown as { model?: LayersModel; build(): void };
  if (!sequential.model) sequential.build();
  return sequential.model as LayersModel;
}

/**
 * A model as the parts of a Keras file.
 *
 * @throws {RangeError} if a layer has no twin in Keras
 */
function convert(given: LayersModel): {
  config: Record<string, unknown>;
  weights: Record<string, Hdf5Array>;
  own: Set<string>;
} {
  const model = graphOf(given);
  const { layers, inputs, outputs } = layersOf(model);
  const names = layerNames(layers);
  const folderOf = numbered();
  const weights: Record<string, Hdf5Array> = {};
  const own = new Set<string>();
  const place = ([name, node, tensor]: Place): Place => [names.get(name) as string, node, tensor];
  const tensor = (from: Place): Record<string, unknown> => ({
    class_name: "__keras_tensor__",
    config: { shape: outputShape(model, from), dtype: "float32", keras_history: place(from) },
  });
  const written = layers.map((layer) => {
    const name = names.get(layer.name) as string;
    const nodes = layer.inbound_nodes;
    const inputShape = nodes[0] ? outputShape(model, nodes[0][0]) : [];
    const twin: KerasLayer = kerasLayer(
      { className: layer.class_name, config: layer.config },
      { name, inputShape },
    );
    for (const one of twin.own) own.add(one);
    const folder = `layers/${folderOf(snakeCase(twin.className))}`;
    for (const [below, array] of weightsBelow(model, layer.name, twin.parts)) {
      weights[`${folder}/${below}`] = array;
    }
    return {
      ...kerasObject(twin),
      name,
      inbound_nodes: nodes.map((from) => {
        const tensors = from.map(tensor);
        return { args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: {} };
      }),
    };
  });
  const one = (places: readonly Place[]) => (places.length === 1 ? place(places[0]) : places.map(place));
  const config = {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name: "podium",
      trainable: true,
      layers: written,
      input_layers: one(inputs),
      output_layers: one(outputs),
    },
    registered_name: "Functional",
    compile_config: null,
  };
  return { config, weights, own };
}

/** The table of a preprocessing: one row a column. */
function scalingTable({ channels, centre, scale, offset }: ColumnScaling): string {
  if (centre.length !== channels.length || scale.length !== channels.length) {
    throw new RangeError(
      `Cannot export preprocessing: need one centre and scale a channel (${channels.length}), got ${centre.length} and ${scale.length}`,
    );
  }
  const quoted = (name: string): string => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  const rows = channels.map((name, c) => `${quoted(name)},${centre[c]},${scale[c]},${offset}`);
  return `${["name,centre,scale,offset", ...rows].join("\n")}\n`;
}

/**
 * Writes a network as Keras 3 keeps its own, so that Python can load, run and train it further:
 * `keras.saving.load_model("model.keras")`.
 *
 * Where it has layers that Keras has not, `podium_layers.py` lies beside it; import it first. The outputs are equal to
 * 1e-5 for every network of `models`. Initializers, regularisers and the optimizer are not written. The same network
 * makes the same bytes. `model.csv` is the preprocessing: a value x of a column becomes (x - centre) / scale + offset.
 *
 * @param model any model of tfjs's and Podium's layers
 * @param directory folder of the files; made where it is lacking
 * @param options see {@link ExportKerasOptions}
 * @returns the files
 * @throws {RangeError} if a layer has no twin in Keras, or the preprocessing's lengths disagree
 * @example
 * const { state } = features.standardScaler().fit(windows, { indices: folds[0].train });
 * const model = models.conv1d({ inputShape: [600, 6], classes: 61 });
 * const written = train.exportKeras(model, "handover", { preprocessing: state });
 * written.model; // handover/model.keras
 */
export function exportKeras(
  model: LayersModel,
  directory: string,
  options: ExportKerasOptions = {},
): KerasExport {
  const { name = "model", preprocessing } = options;
  const table = preprocessing && scalingTable(preprocessing);
  const { config, weights, own } = convert(model);
  const json = (value: unknown): Uint8Array[] => [Buffer.from(`${JSON.stringify(value)}\n`)];
  const file = path.join(directory, `${name}.keras`);
  atomicWrite(
    file,
    ...encodeZip([
      { name: "metadata.json", content: json({ keras_version: "3.10.0" }) },
      { name: "config.json", content: json(config) },
      { name: "model.weights.h5", content: encodeHdf5(weights) },
    ]),
  );
  // All of them, so that several networks can lie in one folder.
  const layers = own.size > 0 ? path.join(directory, `${ownModule}.py`) : undefined;
  if (layers) atomicWrite(layers, ownLayersSource);
  const numbers = table && path.join(directory, `${name}.csv`);
  if (numbers) atomicWrite(numbers, table);
  return { model: file, layers, preprocessing: numbers };
}
