/** Every network of both competitions, small enough to be built and trained in a test. */
import type * as tfTypes from "@tensorflow/tfjs-node-gpu";
import * as models from "../../src/models";

/** Makes a network from a seed. */
export type Build = (seed: number) => tfTypes.LayersModel;

export const series = { inputShape: [45, 5] as [number, number], classes: 7 };
export const frames = { inputShape: [16, 16, 4] as [number, number, number], filters: 4 };

export const networks: Record<string, Build> = {
  motionConv1d: (seed) => models.motionConv1d({ ...series, filters: 8, units: 8, seed }),
  "motionConv1d, roll of each window": (seed) =>
    models.motionConv1d({ ...series, filters: 8, units: 8, roll: "window", activation: "mish", seed }),
  conv1d: (seed) => models.conv1d({ ...series, filters: [8, 8], seed }),
  fftConv1d: (seed) => models.fftConv1d({ ...series, seed }),
  inceptionTime: (seed) => models.inceptionTime({ ...series, filters: 4, depth: 3, dropout: 0.2, seed }),
  resnet1d: (seed) => models.resnet1d({ ...series, filters: [4, 8], seed }),
  stackedRnn: (seed) => models.stackedRnn({ ...series, recurrentUnits: [6, 5], seed }),
  convRnn: (seed) => models.convRnn({ ...series, filters: [6, 8], seed }),
  twoPathRnnConv: (seed) => models.twoPathRnnConv({ ...series, filters: 6, recurrentUnits: [5], seed }),
  gruPoolGru: (seed) => models.gruPoolGru({ ...series, units: [6, 5], dropout: 0.1, seed }),
  radarTwoPath: (seed) => models.radarTwoPath({ ...frames, filters: 8, lstmFilters: 4, seed }),
  unet: (seed) => models.unet({ ...frames, depth: 2, seed }),
  "unet with everything": (seed) =>
    models.unet({
      ...frames,
      depth: 2,
      groupByTime: true,
      attention: true,
      gates: true,
      activation: "mish",
      seed,
    }),
  rainNet: (seed) => models.rainNet({ ...frames, depth: 2, seed }),
  "sequenceUnet middle": (seed) => models.sequenceUnet({ ...frames, depth: 1, recurrent: "middle", seed }),
  "sequenceUnet throughout": (seed) =>
    models.sequenceUnet({ ...frames, depth: 1, recurrent: "throughout", seed }),
  downConvLstmUp: (seed) => models.downConvLstmUp({ ...frames, seed }),
  convLstmStack: (seed) => models.convLstmStack({ ...frames, filters: [4, 4], seed }),
};
