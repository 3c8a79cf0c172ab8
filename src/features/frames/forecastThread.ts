/** What a thread of {@link ForecastThreads} runs. */
import { parentPort } from "node:worker_threads";
import { forecast } from "./forecast";
import type { ForecastAnswer, ForecastTask } from "./forecastThreads";

parentPort!.on("message", ({ plan, piece }: ForecastTask) => {
  const { rows, columns, times, steps } = plan;
  const values = new Float32Array((piece.samples.length / times) * steps);
  forecast(piece.samples, plan, values);
  const answer: ForecastAnswer = {
    first: piece.first,
    count: values.length / (rows * columns * steps),
    values,
  };
  parentPort!.postMessage(answer, [values.buffer]);
});
