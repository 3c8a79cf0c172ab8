/** Prints how many threads TensorFlow has after it has computed something. */
import { readdirSync, readFileSync } from "node:fs";
import { tf } from "../../../src/engine";

tf.matMul(tf.ones([200, 200]), tf.ones([200, 200])).dataSync();
const names = readdirSync("/proc/self/task").map((task) =>
  readFileSync(`/proc/self/task/${task}/comm`, "utf8").trim(),
);
console.log(names.filter((name) => name === "tf_Compute").length);
