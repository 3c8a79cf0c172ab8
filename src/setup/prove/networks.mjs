const series = { inputShape: [45, 5], classes: 7, seed: 1 };
const frames = { inputShape: [16, 16, 4], seed: 1 };

/** Every network of both competitions, small: from Podium's models to one of them. */
export const networks = {
  motionConv1d: (models) => models.motionConv1d({ ...series, filters: 8, units: 8 }),
  conv1d: (models) => models.conv1d({ ...series, filters: [8, 8] }),
  fftConv1d: (models) => models.fftConv1d({ ...series }),
  inceptionTime: (models) => models.inceptionTime({ ...series, filters: 4, depth: 3 }),
  resnet1d: (models) => models.resnet1d({ ...series, filters: [4, 8] }),
  stackedRnn: (models) => models.stackedRnn({ ...series, recurrentUnits: [6, 5] }),
  convRnn: (models) => models.convRnn({ ...series, filters: [6, 8] }),
  twoPathRnnConv: (models) => models.twoPathRnnConv({ ...series, filters: 6, recurrentUnits: [5] }),
  gruPoolGru: (models) => models.gruPoolGru({ ...series, units: [6, 5] }),
  radarTwoPath: (models) => models.radarTwoPath({ ...frames, filters: 8, lstmFilters: 4 }),
  unet: (models) =>
    models.unet({
      ...frames,
      filters: 4,
      depth: 2,
      groupByTime: true,
      attention: true,
      gates: true,
      activation: "mish",
    }),
  rainNet: (models) => models.rainNet({ ...frames, filters: 4, depth: 2 }),
  sequenceUnet: (models) => models.sequenceUnet({ ...frames, filters: 4, depth: 1, recurrent: "throughout" }),
  downConvLstmUp: (models) => models.downConvLstmUp({ ...frames, filters: 4 }),
  convLstmStack: (models) => models.convLstmStack({ ...frames, filters: [4, 4] }),
};
