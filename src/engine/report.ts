import os from "node:os";
import { factHtml, factText } from "../core/display";
import { tf } from "./load";
import { backend } from "./native";
import { recurrentOps } from "./ops/library";
import { askSetup } from "./setup";

/** One graphics card, as NVIDIA's driver names it. */
export interface Card {
  readonly name: string;
  /** Its memory with unit: "81559 MiB". */
  readonly memory: string;
  /** Its compute capability: "9.0". */
  readonly capability: string;
  /** The driver's version. */
  readonly driver: string;
}

/** What set-up knows of the machine. */
interface MachineFacts {
  readonly cards: readonly Card[];
  readonly cuda: string | null;
  readonly cudnn: string | null;
}

const displayKey = Symbol.for("Jupyter.display");

/**
 * What computes in this process, and with which versions; shown as a table where a cell returns it.
 *
 * @example
 * const report = await ready();
 * report.device; // "cpu" or "gpu"
 */
export class DeviceReport {
  /** TensorFlow's version: "2.21.0". */
  readonly tensorflow: string;
  /** The version of TensorFlow.js, whose functions call it. */
  readonly tfjs: string;
  /** Whether ops run on a GPU or on the CPU. */
  readonly device: "gpu" | "cpu";
  /** The GPUs in use, empty on a CPU. */
  readonly cards: readonly Card[];
  /** The CPU's name. */
  readonly cpu: string;
  /** How many of its threads TensorFlow uses. */
  readonly threads: number;
  /** The CUDA runtime's version, `null` where there is none. */
  readonly cuda: string | null;
  /** cuDNN's version, `null` where there is none. */
  readonly cudnn: string | null;
  /** What computes LSTM and GRU layers: our own ops, or TensorFlow's and why. */
  readonly recurrent: string;
  /** Node's version. */
  readonly node: string;

  constructor(facts: Omit<DeviceReport, "toString" | typeof displayKey>) {
    this.tensorflow = facts.tensorflow;
    this.tfjs = facts.tfjs;
    this.device = facts.device;
    this.cards = facts.cards;
    this.cpu = facts.cpu;
    this.threads = facts.threads;
    this.cuda = facts.cuda;
    this.cudnn = facts.cudnn;
    this.recurrent = facts.recurrent;
    this.node = facts.node;
  }

  #rows(): string[][] {
    const cards = this.cards.map((card, index) => [
      this.cards.length > 1 ? `GPU ${index}` : "GPU",
      `${card.name}, ${card.memory}, compute capability ${card.capability}, driver ${card.driver}`,
    ]);
    const gpu = [...cards, ["CUDA", this.cuda ?? "none"], ["cuDNN", this.cudnn ?? "none"]];
    return [
      ["Device", this.device.toUpperCase()],
      ...(this.device === "gpu" ? gpu : []),
      ["CPU", `${this.cpu}, ${this.threads} ${this.threads === 1 ? "thread" : "threads"}`],
      ["TensorFlow", this.tensorflow],
      ["TensorFlow.js", this.tfjs],
      ["LSTM and GRU", this.recurrent],
      ["Node", this.node],
    ];
  }

  /** The report as lines of text. */
  toString(): string {
    return factText(this.#rows());
  }

  [displayKey](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": factHtml(this.#rows()) };
  }
}

/** Threads that TensorFlow computes with: what its own variable says, else the machine's. */
export function computingThreads(): number {
  const asked = Number(process.env.TF_NUM_INTRAOP_THREADS);
  return Number.isInteger(asked) && asked > 0 ? asked : os.availableParallelism();
}

let report: Promise<DeviceReport> | undefined;

async function makeReport(): Promise<DeviceReport> {
  await tf.ready();
  const machine = (await askSetup(["facts"])) as MachineFacts;
  const { binding, isUsingGpuDevice } = backend();
  return new DeviceReport({
    tensorflow: (binding as unknown as { TF_Version: string }).TF_Version,
    tfjs: tf.version.tfjs,
    device: isUsingGpuDevice ? "gpu" : "cpu",
    cards: isUsingGpuDevice ? machine.cards : [],
    cpu: os.cpus()[0]?.model.trim() || process.arch,
    threads: computingThreads(),
    cuda: machine.cuda,
    cudnn: machine.cudnn,
    recurrent: recurrentOps(),
    node: process.versions.node,
  });
}

/**
 * Loads TensorFlow and tells what is in use: device, versions of TensorFlow, CUDA, cuDNN and Node.
 *
 * @throws {Error} where the machine cannot be asked
 * @example
 * const report = await engine.ready();
 * report.device; // "gpu" or "cpu"
 */
export function ready(): Promise<DeviceReport> {
  report ??= makeReport().catch((error: unknown) => {
    // A failure is not kept: the next call asks again.
    report = undefined;
    throw error;
  });
  return report;
}
