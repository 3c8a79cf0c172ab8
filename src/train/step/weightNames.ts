/** Names of a model's weights that depend on nothing but the model: not on what is frozen, nor on layers made before. */
import type { LayersModel, Tensor } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";

/** A weight of a model, as tfjs-layers keeps it. */
export interface LayerWeight {
  readonly shape: readonly (number | null)[];
  readonly originalName: string;
  read(): Tensor;
  readonly constraint?: { apply(value: Tensor): Tensor } | null;
}

/** What of a layer this file reads; its own weights lie in two fields, whatever is frozen. */
interface LayerParts {
  readonly name: string;
  readonly layers?: readonly LayerParts[];
  readonly _trainableWeights?: readonly LayerWeight[];
  readonly _nonTrainableWeights?: readonly LayerWeight[];
  getClassName(): string;
}

/** The layers inside a layer: a model's, or what a wrapper or recurrent layer keeps in its fields. */
function partsOf(layer: LayerParts): readonly LayerParts[] {
  if (layer.layers) return layer.layers;
  return Object.values(layer)
    .flat()
    .filter((part): part is LayerParts => part instanceof tf.layers.Layer);
}

/** A model's layers, those inside of others too, each once. */
export function layersOf(model: LayersModel): unknown[] {
  const seen = new Set<LayerParts>();
  const visit = (layer: LayerParts): void => {
    if (seen.has(layer)) return;
    seen.add(layer);
    for (const part of partsOf(layer)) visit(part);
  };
  visit(model as unknown as LayerParts);
  return [...seen];
}

/** "MaxPooling1D" as tfjs writes it in the names that it gives: "max_pooling1d". */
function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z0-9]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/**
 * A layer's name, without the number that tfjs counts up with every layer of a process where it made the name; a cell
 * is called as the layer around it.
 */
function stem(layer: LayerParts, around: LayerParts): { text: string; isAutomatic: boolean } {
  const [, side = "", name] = layer.name.match(/^(forward_|backward_)?(.*)$/) as RegExpMatchArray;
  const isAutomatic = [layer, around].some((named) => {
    const className = named.getClassName();
    const plain = snakeCase(className);
    return [`${plain}_${className}`, `${plain}_`, className.toLowerCase()].some(
      (start) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)),
    );
  });
  return { text: isAutomatic ? `${side}${snakeCase(layer.getClassName())}` : layer.name, isAutomatic };
}

/**
 * Every weight of a model with its name, layer by layer: the names of its layers from the outermost in, then its own.
 * A layer whose name was not given is called after its class and its place among those, such as "dense#2".
 */
export function namedWeights(model: LayersModel): Map<LayerWeight, string> {
  const left = new Set(model.weights as unknown as LayerWeight[]);
  const names = new Map<LayerWeight, string>();
  const taken = new Set<string>();
  const add = (weight: LayerWeight, place: string): void => {
    if (!left.delete(weight)) return;
    const name = `${place}${weight.originalName.split("/").at(-1)}`;
    let unique = name;
    for (let count = 2; taken.has(unique); count++) unique = `${name}#${count}`;
    taken.add(unique);
    names.set(weight, unique);
  };
  const seen = new Set<LayerParts>();
  const visit = (layer: LayerParts, place: string): void => {
    if (seen.has(layer)) return;
    seen.add(layer);
    const counts = new Map<string, number>();
    for (const part of partsOf(layer)) {
      const { text, isAutomatic } = stem(part, layer);
      const count = (counts.get(text) ?? 0) + 1;
      if (isAutomatic) counts.set(text, count);
      visit(part, `${place}${text}${isAutomatic ? `#${count}` : ""}/`);
    }
    for (const weight of layer._trainableWeights ?? []) add(weight, place);
    for (const weight of layer._nonTrainableWeights ?? []) add(weight, place);
  };
  visit(model as unknown as LayerParts, "");
  // Of layers that keep their weights elsewhere.
  for (const weight of left) add(weight, "");
  return names;
}
