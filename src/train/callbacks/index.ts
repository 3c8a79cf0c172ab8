export { averageWeights, type SwaCallbackOptions, swa } from "./averageWeights";
export { type EarlyStoppingOptions, earlyStopping } from "./earlyStopping";
export { csvLog, jsonLines } from "./epochLog";
export { learningRateSchedule } from "./learningRateSchedule";
export { type ModelCheckpointOptions, modelCheckpoint } from "./modelCheckpoint";
export type { MonitorOptions } from "./monitor";
export { progress } from "./progress";
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from "./reduceLROnPlateau";
export { type TensorBoardOptions, tensorBoard } from "./tensorBoard";
