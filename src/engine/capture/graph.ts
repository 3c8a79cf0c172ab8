/** TensorFlow graphs, node by node, for a session that the addon loads. */
import { createHash } from "node:crypto";
import { backend } from "../native";
import { attributeMessage, type GraphAttribute, type Message, proto } from "./graphAttribute";
import { loadGraph } from "./loadGraph";

/** An output of a node: its name, with ":1" and so on for outputs after the first. */
export type Output = string;

/** A loop that nodes are being added to. */
interface Frame {
  readonly name: string;
  /** Runs once an iteration; nodes without inputs wait for it. */
  readonly pivot: Output;
  readonly entered: Map<Output, Output>;
  /** The values of `entered`: the same in every iteration. */
  readonly fixed: Set<Output>;
}

/** What tells a node from others. */
export interface NodeSummary {
  readonly digest: string;
  readonly place: string;
}

/** Collects the nodes of a graph. */
export class GraphBuilder {
  private readonly dtypes = new Map<Output, number>();
  /** How many nodes of each op there are. */
  readonly counts: Record<string, number> = {};
  private readonly graph: Message = new proto.GraphDef();
  private readonly frames = new Map<string, string | undefined>();
  private readonly constants = new Map<string, Output>();
  private frame: Frame | undefined;
  private next = 0;
  private readonly places = new Map<string, string>();
  /** Where nodes that are being added come from, such as a layer; told by {@link summary}. */
  place: string | undefined;

  /** @param options `xla` (default false): TensorFlow compiles the nodes of loops in clusters, through XLA */
  constructor(private readonly options: { readonly xla?: boolean } = {}) {
    const versions = new proto.VersionDef();
    versions.setProducer(1882);
    versions.setMinConsumer(0);
    this.graph.setVersions(versions);
  }

  /**
   * Adds a node and returns its first output. Inside a loop, values from outside are brought in, and a node without
   * inputs waits for the iteration.
   *
   * @param inputs outputs of other nodes; "^name" waits for a node
   */
  node(
    op: string,
    inputs: readonly Output[] = [],
    options: { attributes?: Readonly<Record<string, GraphAttribute>>; name?: string; host?: boolean } = {},
  ): Output {
    const name = options.name ?? `${op}_${this.next++}`;
    const message = new proto.NodeDef();
    message.setName(name);
    message.setOp(op);
    if (options.host) message.setDevice("/device:CPU:0");
    const own = this.frame && op !== "Enter" ? this.enterAll(inputs, this.frame) : [...inputs];
    message.setInputList(own);
    const map = message.getAttrMap();
    for (const [key, attribute] of Object.entries(options.attributes ?? {})) {
      map.set(key, attributeMessage(attribute));
    }
    if (this.options.xla && this.frame) map.set("_XlaCompile", attributeMessage({ bool: true }));
    this.graph.addNode(message);
    if (this.place) this.places.set(name, this.place);
    this.frames.set(name, this.frame?.name);
    this.counts[op] = (this.counts[op] ?? 0) + 1;
    return name;
  }

  /** A constant; equal small ones are one node. */
  constant(shape: readonly number[], dtype: number, values: ArrayBufferView): Output {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const key = `${this.frame?.name ?? ""}|${dtype}|${shape}|${bytes.length <= 256 ? bytes.toString("hex") : this.next}`;
    const known = this.constants.get(key);
    if (known) return known;
    const output = this.node("Const", [], {
      attributes: { dtype: { dtype }, value: { tensor: { shape, dtype, values } } },
    });
    this.constants.set(key, output);
    return output;
  }

  /** An int32 constant, a scalar or a list. */
  integers(value: number | readonly number[]): Output {
    const shape = typeof value === "number" ? [] : [value.length];
    const values = Int32Array.from(typeof value === "number" ? [value] : value);
    return this.constant(shape, backend().binding.TF_INT32, values);
  }

  private enterAll(inputs: readonly Output[], frame: Frame): Output[] {
    const entered: Output[] = [];
    for (const input of inputs) {
      const control = input.startsWith("^");
      const from = this.frames.get(input.replace(/^\^|:\d+$/g, ""));
      if (from === frame.name) entered.push(input);
      else if (!control) entered.push(this.enter(input, frame));
    }
    const changing = entered.some((input) => !input.startsWith("^") && !frame.fixed.has(input));
    return changing ? entered : [...entered, `^${frame.pivot}`];
  }

  private enter(input: Output, frame: Frame): Output {
    const known = frame.entered.get(input);
    if (known) return known;
    const output = this.enterNode(input, { frame: frame.name, constant: true });
    frame.entered.set(input, output);
    frame.fixed.add(output);
    return output;
  }

  /** Notes an output's dtype, which a loop must know of the values that it takes in. */
  setDtype(output: Output, dtype: number): Output {
    this.dtypes.set(output, dtype);
    return output;
  }

  /** The dtype noted of an output. */
  dtypeOf(output: Output): number {
    const dtype = this.dtypes.get(output);
    if (dtype === undefined) throw new Error(`Cannot tell the dtype of node ${output}: it is not noted`);
    return dtype;
  }

  private enterNode(input: Output, options: { frame: string; constant: boolean }): Output {
    const dtype = this.dtypeOf(input);
    const output = this.beforeLoop(() =>
      this.node("Enter", [input], {
        attributes: {
          T: { dtype },
          frame_name: { text: options.frame },
          is_constant: { bool: options.constant },
          parallel_iterations: { int: 1 },
        },
      }),
    );
    this.frames.set(output, options.frame);
    return this.setDtype(output, dtype);
  }

  /**
   * A loop that runs while the counter is below `count`; returns the final values.
   *
   * @param count an int32 scalar: iterations
   * @param initial the values that change from one iteration to the next, dtypes noted
   * @param body from the counter and the values to the next values, and nodes that each iteration must have run
   */
  loop(
    count: Output,
    initial: readonly Output[],
    body: (counter: Output, values: Output[]) => { values: Output[]; wait: Output[] },
  ): Output[] {
    const int32 = backend().binding.TF_INT32;
    const name = `loop${this.next++}`;
    const zero = this.setDtype(this.integers(0), int32);
    const starts = [zero, ...initial];
    const dtypes = starts.map((output) => this.dtypeOf(output));
    const merges = starts.map((start, index) => {
      const entered = this.enterNode(start, { frame: name, constant: false });
      const merge = this.node("Merge", [entered, entered], {
        attributes: { T: { dtype: dtypes[index] }, N: { int: 2 } },
      });
      this.frames.set(merge, name);
      return merge;
    });
    const limit = this.enterNode(count, { frame: name, constant: true });
    const less = this.node("Less", [merges[0], limit], { attributes: { T: { dtype: int32 } } });
    const going = this.node("LoopCond", [less]);
    const switches = merges.map((merge, index) =>
      this.node("Switch", [merge, going], { attributes: { T: { dtype: dtypes[index] } } }),
    );
    const values = switches.map((branch, index) =>
      this.node("Identity", [`${branch}:1`], { attributes: { T: { dtype: dtypes[index] } } }),
    );
    for (const inner of [less, going, ...switches, ...values]) this.frames.set(inner, name);

    this.frame = { name, pivot: values[0], entered: new Map([[count, limit]]), fixed: new Set([limit]) };
    for (const [index, value] of values.entries()) this.setDtype(value, dtypes[index]);
    const result = body(values[0], values.slice(1));
    const one = this.integers(1);
    const waits = result.wait.map((output) => `^${output}`);
    const counted = this.node("AddV2", [values[0], one, ...waits], { attributes: { T: { dtype: int32 } } });
    const finals = [counted, ...result.values].map((value, index) =>
      this.node("NextIteration", [value], { attributes: { T: { dtype: dtypes[index] } } }),
    );
    this.frame = undefined;
    for (const [index, merge] of merges.entries()) this.replaceInput(merge, 1, finals[index]);
    return switches.slice(1).map((branch, index) => {
      const output = this.node("Exit", [branch], { attributes: { T: { dtype: dtypes[index + 1] } } });
      return this.setDtype(output, dtypes[index + 1]);
    });
  }

  private replaceInput(name: string, index: number, input: Output): void {
    for (const node of this.graph.getNodeList()) {
      if (node.getName() !== name) continue;
      const inputs = node.getInputList();
      inputs[index] = input;
      node.setInputList(inputs);
    }
  }

  /** Adds nodes outside the loop that nodes are being added to. */
  beforeLoop<T>(f: () => T): T {
    const held = this.frame;
    this.frame = undefined;
    try {
      return f();
    } finally {
      this.frame = held;
    }
  }

  /** A digest of each node, and where it comes from: a layer, or its op. */
  summary(): NodeSummary[] {
    return (this.graph.getNodeList() as Message[]).map((node) => ({
      digest: createHash("sha1").update(node.serializeBinary()).digest("base64"),
      place: this.places.get(node.getName()) ?? `a ${node.getOp()}`,
    }));
  }

  /** Loads the graph into a session of its own and returns the session's number. */
  load(): number {
    return loadGraph(this.graph);
  }
}
