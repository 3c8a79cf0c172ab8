/** The penalties of a model's regularisers. */
import type { LayersModel, Scalar } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../engine";

/** A layer of tfjs's, with the places where it keeps other layers. */
interface LayerParts {
  readonly trainable: boolean;
  readonly _losses: readonly (() => Scalar)[];
  /** Of a model. */
  readonly layers?: readonly LayerParts[];
  /** Of a wrapper. */
  readonly layer?: LayerParts;
  /** Of a bidirectional wrapper, which trains copies of `layer`. */
  readonly forwardLayer?: LayerParts;
  readonly backwardLayer?: LayerParts;
  /** Of a recurrent layer. */
  readonly cell?: LayerParts;
  /** Of stacked cells. */
  readonly cells?: readonly LayerParts[];
}

function partsOf(layer: LayerParts): readonly LayerParts[] {
  const { layers = [], cells = [], cell, forwardLayer, backwardLayer } = layer;
  const inner = forwardLayer && backwardLayer ? [forwardLayer, backwardLayer] : [layer.layer];
  return [...layers, ...cells, cell, ...inner].filter((part): part is LayerParts => part !== undefined);
}

/**
 * The sum of all regularisers' penalties, as Keras counts them: each layer's once however often it is used, those of
 * cells, wrapped layers and nested models too, and none of layers that are not trained.
 */
export function penaltyOf(model: LayersModel): Scalar {
  const penalties: Scalar[] = [];
  const seen = new Set<LayerParts>();
  const visit = (layer: LayerParts): void => {
    if (seen.has(layer) || !layer.trainable) return;
    seen.add(layer);
    penalties.push(...layer._losses.map((penalty) => penalty()));
    for (const part of partsOf(layer)) visit(part);
  };
  visit(model as unknown as LayerParts);
  return penalties.length === 0 ? tf.scalar(0) : tf.addN(penalties);
}
