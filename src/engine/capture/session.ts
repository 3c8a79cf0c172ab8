/** A session of TensorFlow's that runs a built graph and holds its variables. */
import type { Tensor } from "@tensorflow/tfjs-node-gpu";
import { backend } from "../native";
import type { GraphBuilder, Output } from "./graph";

/** What a session takes for a feed: int32 values stay on the host, so floats are fed as their bits. */
export interface Feed {
  readonly output: Output;
  readonly shape: readonly number[];
  readonly values: Int32Array;
}

/** A typed array's bytes as int32 values, without a copy where they are aligned; a tail is filled up with zeros. */
export function asIntegers(array: ArrayBufferView): Int32Array {
  if (array.byteOffset % 4 === 0 && array.byteLength % 4 === 0) {
    return new Int32Array(array.buffer, array.byteOffset, array.byteLength / 4);
  }
  const whole = new Uint8Array(Math.ceil(array.byteLength / 4) * 4);
  whole.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return new Int32Array(whole.buffer);
}

/** A loaded graph. Its variables live until `dispose`. */
export class GraphSession {
  private id: number | undefined;

  constructor(builder: GraphBuilder) {
    this.id = builder.load();
  }

  private execute(feeds: readonly Feed[], fetches: readonly Output[]) {
    if (this.id === undefined) throw new Error("Cannot run the session: it must be open, got a disposed one");
    const { binding } = backend();
    const created: number[] = [];
    const inputs = feeds.map((feed) => {
      const id = binding.createTensor(feed.shape, binding.TF_INT32, feed.values);
      created.push(id);
      return id;
    });
    try {
      const named = (outputs: readonly Output[]) =>
        outputs.map((output) => (output.includes(":") ? output : `${output}:0`)).join(",");
      return binding.runSavedModel(this.id, inputs, named(feeds.map((feed) => feed.output)), named(fetches));
    } finally {
      for (const id of created) binding.deleteTensor(id);
    }
  }

  /** Runs the graph for `fetches` and returns their values. */
  run(feeds: readonly Feed[], fetches: readonly Output[]): (Float32Array | Int32Array | Uint8Array)[] {
    const { binding } = backend();
    return this.execute(feeds, fetches).map((result) => {
      const values = binding.tensorDataSync(result.id);
      binding.deleteTensor(result.id);
      return values;
    });
  }

  /** Runs the graph for `fetches` and returns them as tensors of the caller's. */
  fetch(feeds: readonly Feed[], fetches: readonly Output[]): Tensor[] {
    return this.execute(feeds, fetches).map((result) => backend().createOutputTensor(result));
  }

  /** Closes the session and frees its variables. */
  dispose(): void {
    if (this.id === undefined) return;
    backend().binding.deleteSavedModel(this.id);
    this.id = undefined;
  }
}
