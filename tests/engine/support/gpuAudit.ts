/** Holds the graphs that reach TensorFlow against what its CUDA wheel has kernels for: golden/gpuKernels.json. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { proto } from "../../../src/engine/capture/graphAttribute";
import { backend } from "../../../src/engine/native";

type Kernel = Readonly<Record<string, string>>;
const golden: {
  tensorflow: string;
  kernels: Readonly<Record<string, readonly Kernel[]>>;
  nondeterministic: readonly string[];
} = JSON.parse(readFileSync(path.join(__dirname, "..", "..", "golden", "gpuKernels.json"), "utf8"));
export const { tensorflow, kernels, nondeterministic } = golden;

/** The dtypes' names by their numbers in graphs, as golden/make_gpuKernels.py has them. */
const dtypes = [
  ..." float32 float64 int32 uint8 int16 int8 string complex64 int64 bool qint8 quint8 qint32 bfloat16".split(
    " ",
  ),
  ..."qint16 quint16 uint16 complex128 float16 resource variant uint32 uint64".split(" "),
];

/** One node of a graph. */
export interface GraphNode {
  readonly op: string;
  /** The dtypes that its attributes name. */
  readonly types: Readonly<Record<string, string>>;
  /** Whether the graph places it on the host by name. */
  readonly onHost: boolean;
  /** Other attributes that say whether a kernel is deterministic. */
  readonly flags: Readonly<Record<string, boolean>>;
}

/** Runs `f` and returns the nodes of every graph that was loaded meanwhile. */
export async function nodesOf(f: () => Promise<unknown>): Promise<GraphNode[]> {
  const nodes: GraphNode[] = [];
  const owner = backend();
  const real = owner.binding;
  owner.binding = Object.create(real, {
    loadSavedModel: {
      value(directory: string, tags: string) {
        const bytes = readFileSync(path.join(directory, "saved_model.pb"));
        const [metaGraph] = proto.SavedModel.deserializeBinary(new Uint8Array(bytes)).getMetaGraphsList();
        for (const node of metaGraph.getGraphDef().getNodeList()) nodes.push(read(node));
        return real.loadSavedModel(directory, tags);
      },
    },
  });
  try {
    await f();
  } finally {
    owner.binding = real;
  }
  return nodes;
}

// biome-ignore lint/suspicious/noExplicitAny: protocol buffers' generated code has no types
function read(node: any): GraphNode {
  const types: Record<string, string> = {};
  const flags: Record<string, boolean> = {};
  for (const [name, value] of node.getAttrMap().entries()) {
    if (value.getType()) types[name] = dtypes[value.getType()] ?? String(value.getType());
    else if (!value.hasList() && !value.hasTensor()) flags[name] = value.getB();
  }
  return { op: node.getOp(), types, flags, onHost: /CPU/.test(node.getDevice()) };
}

/** Attributes that a graph may leave out, with what TensorFlow takes then. */
const defaults: Readonly<Record<string, string>> = {
  index_type: "int32",
  Tidx: "int32",
  Tshape: "int32",
  Tperm: "int32",
  Tdim: "int32",
  Tdim1: "int32",
  Tpaddings: "int32",
  Tmultiples: "int32",
  Taxis: "int32",
  Tlen: "int32",
  Tindices: "int32",
  out_type: "int32",
};

/** Nodes that are meant for the host, with the reason. */
const meantForHost: readonly { is: (node: GraphNode) => boolean; reason: string }[] = [
  { is: ({ onHost }) => onHost, reason: "copies what JavaScript feeds, which lies on the host" },
  {
    is: ({ op, types }) =>
      /^(VarHandleOp|ResourceGather|ReadVariableOp|AssignVariableOp)$/.test(op) && types.dtype === "int32",
    reason:
      "int32 variables (the order of samples, labels) lie on the host; TensorFlow copies the rows of a batch",
  },
];

/**
 * The nodes that have no kernel for a GPU and are not meant for the host, as texts, each once.
 *
 * @param nodes of any graphs
 */
export function withoutGpuKernel(nodes: readonly GraphNode[]): string[] {
  const found = new Set<string>();
  for (const node of nodes) {
    if (meantForHost.some(({ is }) => is(node))) continue;
    const fits = (kernels[node.op] ?? []).some((kernel) =>
      Object.entries(kernel).every(([name, names]) =>
        names.split(" ").includes(node.types[name] ?? defaults[name]),
      ),
    );
    if (!fits) found.add(`${node.op} ${JSON.stringify(node.types)}`);
  }
  return [...found];
}

/** Ops that TensorFlow refuses on a GPU where results have to be deterministic, as the library's texts name them. */
export const refusedOps: ReadonlySet<string> = new Set(
  nondeterministic.flatMap((text) => {
    if (/fused batch-norm/.test(text)) return [];
    // Where determinism is asked for, other kernels run (TensorFlow's segment_reduction_ops_gpu.cu.h).
    if (/segment reduction/.test(text)) return [];
    if (/Scatter ops with ref/.test(text)) return ["ScatterAdd", "ScatterSub", "ScatterUpdate"];
    const name = /(?:implementation of|supported for) (\w+)/.exec(text)?.[1] ?? text;
    if (name === "DepthwiseConvBackpropFilter") return []; // cuDNN is newer than 7.6.3
    return name === "SVD" ? ["Svd"] : [name, `${name}2`];
  }),
);

/** The nodes that TensorFlow refuses on a GPU where results have to be deterministic, each once. */
export function withoutDeterministicKernel(nodes: readonly GraphNode[]): string[] {
  const refused = nodes.filter(
    ({ op, flags, onHost }) =>
      !onHost && (refusedOps.has(op) || (/^FusedBatchNormGrad/.test(op) && flags.is_training === false)),
  );
  return [...new Set(refused.map(({ op }) => op))];
}
