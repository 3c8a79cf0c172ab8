import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { command } from "../command.mjs";
import { networks } from "../prove/networks.mjs";
import { ask } from "../requirements.mjs";
import { writeWhole } from "../stamp.mjs";
import { duration } from "../steps/steps.mjs";

/** Largest difference of an output or gradient, as a share of its array's largest value. */
const tolerance = 1e-3;
const worker = path.join(import.meta.dirname, "..", "prove", "worker.mjs");

/** The processor alone, with plain kernels on one thread: what the device is held against. */
const reference = {
  CUDA_VISIBLE_DEVICES: "",
  TF_ENABLE_ONEDNN_OPTS: "0",
  PODIUM_OPS: "off",
  PODIUM_THREADS: "1",
};
/** Products of a GPU in full float32: shortened ones (TF32) differ by their nature. */
const exact = { NVIDIA_TF32_OVERRIDE: "0" };

/** Runs one part of the proof in a process of its own. */
async function runPart(part, { folder = "", names = [], env = {}, flags = [] } = {}) {
  const said = await command(process.execPath, [...flags, worker, part, folder, ...names], {
    action: `prove ${part}`,
    env,
  });
  return JSON.parse(/^PODIUM (.*)$/m.exec(said)[1]);
}

const floats = (file) => {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};
const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * The largest difference of two lists of arrays, each as a share of its array's largest value; arrays that are nothing
 * beside the others (a bias before a batch normalization has no gradient) count by the others.
 *
 * @param {Float32Array} ours the arrays, one behind the other: outputs first, then gradients
 * @param {Float32Array} theirs the same of the reference
 * @param {number[]} sizes their lengths
 * @returns {{ outputs: number, gradients: number }} NaN where one has NaN
 */
export function differenceOf(ours, theirs, sizes) {
  const floor = 1e-2 * largest(theirs.subarray(sizes[0]));
  const shares = [];
  let start = 0;
  for (const [index, size] of sizes.entries()) {
    const part = theirs.subarray(start, start + size);
    const apart = ours.subarray(start, start + size).map((value, i) => value - part[i]);
    const worst = apart.some(Number.isNaN) ? Number.NaN : largest(apart);
    const scale = Math.max(largest(part), index > 0 ? floor : 0);
    shares.push(worst === 0 ? 0 : worst / scale);
    start += size;
  }
  return { outputs: shares[0], gradients: shares.slice(1).reduce((a, b) => Math.max(a, b), 0) };
}

/**
 * Every network's outputs and gradients on this device beside the reference's.
 *
 * @param {string} scratch an empty folder
 * @param {string[]} [names] some of the networks (default: all)
 * @returns {Promise<{ name: string, ok: boolean, outputs: number, gradients: number, mode: string }[]>}
 */
export async function proveNetworks(scratch, names = Object.keys(networks)) {
  const [onDevice, onReference] = ["device", "reference"].map((name) => path.join(scratch, name));
  for (const folder of [onDevice, onReference]) mkdirSync(folder);
  const facts = await runPart("networks", { folder: onDevice, names, env: exact });
  await runPart("networks", { folder: onReference, names, env: reference });
  return names.map((name) => {
    const { sizes, mode } = facts[name];
    const [ours, theirs] = [onDevice, onReference].map((folder) => floats(path.join(folder, `${name}.bin`)));
    const { outputs, gradients } = differenceOf(ours, theirs, sizes);
    const ok = mode === "compiled" && outputs <= tolerance && gradients <= tolerance;
    return { name, ok, outputs, gradients, mode };
  });
}

/** PyTorch's step of the motion network, by the bench's own twin, where it and NumPy are on the PATH's Python. */
async function torchSpeed(places) {
  if (!places.isClone || !ask("python3", ["-c", "import numpy, torch; print('ok')"])) return undefined;
  const { torchStep } = await import("../prove/torch.mjs");
  return torchStep(places);
}

const exponent = (value) => value.toExponential(1);

/**
 * Proves on this machine what the tests prove on others: every network's step on the device beside the CPU, that the same
 * seed gives the same bytes, also of a continued training, that memory does not grow, that an interrupt ends a training,
 * and how fast it is. Writes a report to send.
 *
 * @param {import("../places.mjs").Places} places
 * @returns {Promise<number>} 1 where something failed
 */
export async function prove(places) {
  const from = Date.now();
  const scratch = mkdtempSync(path.join(tmpdir(), "podium-prove-"));
  const report = { date: new Date().toISOString() };
  const failures = [];
  const tell = (ok, name, detail) => {
    if (!ok) failures.push(name);
    console.log(`${ok ? "ok     " : "problem"}  ${name.padEnd(14)}  ${detail}`);
  };
  try {
    report.machine = await runPart("ready");
    const { device, cards, cpu, threads } = report.machine;
    const isGpu = device === "gpu";
    tell(
      true,
      "device",
      isGpu ? cards.map(({ name }) => name).join(", ") : `CPU: ${cpu}, ${threads} threads`,
    );
    report.networks = await proveNetworks(scratch);
    for (const { name, ok, outputs, gradients, mode } of report.networks) {
      const detail = `outputs within ${exponent(outputs)}, gradients ${exponent(gradients)}`;
      tell(ok, name, mode === "compiled" ? detail : `${detail}; the step was not compiled`);
    }
    report.resume = await runPart("resume");
    const { once, again, continued } = report.resume;
    tell(once === again, "same seed", once === again ? "the same bytes" : "two trainings differ");
    tell(
      once === continued,
      "continued",
      once === continued ? "the same bytes" : "differs from an uninterrupted one",
    );
    report.memory = await runPart("memory", { flags: ["--expose-gc"] });
    const { bytes, tensors } = report.memory;
    const growth = bytes.at(-1) / bytes[5] - 1;
    const left = tensors.at(-1) - tensors[0];
    const flat = growth <= 0.05 && left === 0;
    tell(flat, "memory", `${(100 * growth).toFixed(1)} % over six trainings, ${left} tensors left over`);
    report.interrupt = await runPart("interrupt");
    const { milliseconds, stopReason = "nothing" } = report.interrupt;
    tell(
      milliseconds < 5000 && /interrupt/.test(stopReason),
      "interrupt",
      `${Math.round(milliseconds)} ms; ${stopReason}`,
    );
    report.speed = { device: await runPart("speed") };
    if (isGpu) report.speed.cpu = await runPart("speed", { env: { CUDA_VISIBLE_DEVICES: "" } });
    report.speed.torch = await torchSpeed(places);
    for (const [name, { plain, xla }] of Object.entries(report.speed.device)) {
      const parts = [`${plain.toFixed(1)} ms a step`, `with XLA ${xla.toFixed(1)}`];
      if (isGpu) parts.push(`on the CPU ${report.speed.cpu[name].plain.toFixed(1)}`);
      if (report.speed.torch?.[name]) parts.push(`PyTorch ${report.speed.torch[name].toFixed(1)}`);
      tell(true, `speed ${name}`, parts.join(", "));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  report.failures = failures;
  const file = path.join(places.runs, `prove-${report.date.replaceAll(/[:.]/g, "-")}.json`);
  writeWhole(file, `${JSON.stringify(report, null, 2)}\n`);
  const told = failures.length > 0 ? `${failures.length} failed: ${failures.join(", ")}` : "all proven";
  console.log(`${told} (${duration(Date.now() - from)}); report: ${path.relative(process.cwd(), file)}`);
  return failures.length > 0 ? 1 : 0;
}
