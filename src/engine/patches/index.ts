/** What the engine changes in tfjs, once, when it is loaded. */
import "./affine";
import "./batchNormalization";
import "./frozen";
import "./gather";
import "./gradients";
import "./groups";
import "./layers";
import "./pointConvolution";
import "./random";
import "./ties";

export { biasAdd, matrixProduct } from "./affine";
export { logitsOf, withLogits } from "./logits";
export { applyMasked, type Masked } from "./masks";
