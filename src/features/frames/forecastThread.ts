/** What a thread of {@link ForecastThreads} runs. */
import { parentPort } from "node:worker_threads";
import { forecast, madeImages } from "./forecast";
import type { ForecastAnswer, ForecastTask } from "./forecastThreads";

parentPort!.on("message", ({ plan, piece }: ForecastTask) => {
  const { rows, columns, times } = plan;
  const images = madeImages(plan);
  const values = new Float32Array((piece.samples.length / times) * images);
  forecast(piece.samples, plan, values);
  const answer: ForecastAnswer = {
    first: piece.first,
    count: values.length / (rows * columns * images),
    values,
  };
  parentPort!.postMessage(answer, [values.buffer]);
});
