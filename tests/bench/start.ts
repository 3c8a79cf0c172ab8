/**
 * Seconds from calling `fit` to the end of the first step, for the networks of both competitions at full size, beside
 * Keras's `fit` of the same networks, exported. `PODIUM_BENCH_ROWS` chooses networks, by names with commas.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import type { ArrayData } from "../../src/core/array";
import { randomSource } from "../../src/core/random";
import * as models from "../../src/models";
import { adam, exportKeras, fit } from "../../src/train";
import { clock, clockUnit } from "./support/clock";
import { pythonPeer } from "./support/peer";
import { type Row, rowOf } from "./support/row";

/** Python packages that the peers need. */
export const peers = ["numpy", "keras", "tensorflow"];

const rounds = 3;
const series = { inputShape: [600, 18] as [number, number], classes: 61 };
const frames = { inputShape: [120, 120, 4] as [number, number, number] };

/** Networks with their defaults; the winner's variants and the U-Nets' wirings capture differently. */
const networks: Readonly<Record<string, () => tfTypes.LayersModel>> = {
  motionConv1d: () => models.motionConv1d(series),
  conv1d: () => models.conv1d(series),
  fftConv1d: () => models.fftConv1d(series),
  inceptionTime: () => models.inceptionTime(series),
  resnet1d: () => models.resnet1d(series),
  stackedRnn: () => models.stackedRnn(series),
  convRnn: () => models.convRnn(series),
  twoPathRnnConv: () => models.twoPathRnnConv(series),
  "gruPoolGru 256-150": () => models.gruPoolGru(series),
  "gruPoolGru 256-256, no pooling": () => models.gruPoolGru({ ...series, units: [256, 256], poolSize: 1 }),
  radarTwoPath: () => models.radarTwoPath({ ...frames, filters: 16 }),
  unet: () => models.unet({ ...frames, filters: 16 }),
  rainNet: () => models.rainNet({ ...frames, filters: 16 }),
  "sequenceUnet middle": () => models.sequenceUnet({ ...frames, filters: 16, recurrent: "middle" }),
  "sequenceUnet throughout": () => models.sequenceUnet({ ...frames, filters: 16, recurrent: "throughout" }),
  downConvLstmUp: () => models.downConvLstmUp({ ...frames, filters: 16 }),
  convLstmStack: () => models.convLstmStack(frames),
};

function data(model: tfTypes.LayersModel, batch: number): { x: ArrayData; y: ArrayData } {
  const random = randomSource(0);
  const drawn = (shape: readonly (number | null)[]): ArrayData => {
    const whole = [batch, ...(shape.slice(1) as number[])];
    const size = whole.reduce((product, extent) => product * extent, 1);
    return { data: Float32Array.from({ length: size }, () => random.uniform()), shape: whole };
  };
  const x = drawn(model.inputs[0].shape);
  const { shape } = model.outputs[0];
  if (shape.length > 2) return { x, y: drawn(shape) };
  return { x, y: { data: Int32Array.from({ length: batch }, (_, i) => i % 61), shape: [batch] } };
}

/** Seconds until the first step of a new fit has ended. */
async function firstStep(model: tfTypes.LayersModel, batch: number): Promise<number> {
  const set = data(model, batch);
  const begin = clock();
  const loss = model.outputs[0].shape.length > 2 ? "mae" : "sparseCategoricalCrossEntropy";
  await fit(model, set, { optimizer: adam({ learningRate: 1e-4 }), loss, batchSize: batch, epochs: 1 });
  return (clock() - begin) / 1000;
}

/** Measures every network; what each process does once, such as opening TensorFlow, is done before. */
export default async function start(report: (row: Row) => void): Promise<void> {
  const keras = pythonPeer(path.join(__dirname, "start_keras.py"), { quiet: true });
  const directory = mkdtempSync(path.join(tmpdir(), "podium-start-"));
  const wanted = process.env.PODIUM_BENCH_ROWS?.split(",") ?? Object.keys(networks);
  const measure = async (name: string, build: () => tfTypes.LayersModel, batch: number) => {
    const times = { ours: [] as number[], peer: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      const model = build();
      const { model: file, layers } = await exportKeras(model, directory);
      times.ours.push(await firstStep(model, batch));
      const loss = model.outputs[0].shape.length > 2 ? "mae" : "sparse_categorical_crossentropy";
      times.peer.push(Number(await keras.ask(JSON.stringify({ file, loss, batch, layers }))));
      model.dispose();
    }
    return rowOf({ name, unit: clockUnit.replace("ms", "s"), peerName: "Keras fit" }, times);
  };
  try {
    await measure("warm", () => models.conv1d({ ...series, inputShape: [32, 3] }), 2);
    for (const [name, build] of Object.entries(networks)) {
      if (!wanted.includes(name.split(" ")[0]) && !wanted.includes(name)) continue;
      report(await measure(name, build, build().inputs[0].shape.length === 3 ? 16 : 4));
    }
  } finally {
    keras.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
