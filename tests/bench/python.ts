import * as python from "../../src/python";
import { session } from "../../src/python/session";
import { type Row, rowOf } from "./support/row";

/** What is measured beside are other ways to the same Python process. */
export const peers: string[] = [];

const rounds = 9;
const values = 25_000_000;

/** Times of a piece of work, milliseconds; what it left is freed in between, as a notebook's next cell would. */
async function times(work: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  // The first rounds touch the memory.
  for (let round = -2; round < rounds; round++) {
    const start = performance.now();
    await work();
    if (round >= 0) found.push(performance.now() - start);
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return found;
}

/** An array through the buffers of a ZeroMQ message, which is how a comm of ipykernel's carries it. */
async function throughBuffers(data: Float32Array): Promise<void> {
  const array = { "@": "array", dtype: "<f4", shape: [data.length], buffer: 0 };
  const buffers = [new Uint8Array(data.buffer)];
  await session.alone(() => session.ask({ action: "set", values: { sent: array } }, { buffers }));
  await session.alone(() => session.ask({ action: "get", expression: "sent" }));
}

/** Values and calls on their way to Python and back, milliseconds. */
export default async function bench(report: (row: Row) => void): Promise<void> {
  await python.requirePackages("The bench", { numpy: "numpy" });
  const data = new Float32Array(values).fill(1.5);
  try {
    await python.run("import podium_runtime.values\nshared = podium_runtime.values.SHARED");
    const ways = {
      shared: () => python.set({ data }).then(() => python.get("data", { share: true })),
      copied: () => python.set({ data }).then(() => python.get("data")),
    };
    await python.run("podium_runtime.values.SHARED = 10**12");
    const buffers = await times(() => throughBuffers(data));
    await python.run("sent = None\npodium_runtime.values.SHARED = shared");
    const peerName = "buffers of ZeroMQ messages";
    for (const [name, way] of Object.entries(ways)) {
      report(
        rowOf(
          { name: `100 MB there and back, ${name}`, unit: "ms", peerName },
          { ours: await times(way), peer: buffers },
        ),
      );
    }
    const call = await times(() => python.call("abs", 1));
    const execute = await times(() => python.run("abs(1)"));
    report(rowOf({ name: "a call", unit: "ms", peerName: "execute_request" }, { ours: call, peer: execute }));
  } finally {
    await python.restart();
  }
}
