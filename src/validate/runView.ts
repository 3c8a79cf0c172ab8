import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type HasFrame, withFrame } from "../core/dataFrame";
import { type Cell, escapeHtml, tableBundle } from "../core/display";
import { isFolderLocked } from "../core/folderLock";
import { durationWords } from "../core/progress";
import { type Figure, foldCurves, type MimeBundle } from "../plot";
import { readRunFile, totalsFile } from "./runFolder";

/** One fold in one round of a run, as far as it has come. */
export interface RunPart {
  readonly fold: number;
  readonly seed: number;
  readonly state: "done" | "begun" | "waiting";
  /** Epochs so far; 1 of an estimator that has none. */
  readonly epochs: number;
  /** Scores and the kept epoch's logs of a fold that is done, the last epoch's logs of one that is begun. */
  readonly scores: Readonly<Record<string, number>>;
  /** Every epoch's logs; empty where the estimator has none. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Training time so far. */
  readonly seconds: number;
}

/** A run as its folder shows it; drawn in a notebook, and `toFrame` gives one row per fold. */
export interface RunView extends HasFrame {
  readonly directory: string;
  readonly name: string;
  /** Whether a process of this machine is at work on it. */
  readonly isRunning: boolean;
  readonly isFinished: boolean;
  readonly parts: readonly RunPart[];
  /** Scores of all predictions together; empty while it is not finished. */
  readonly scores: Readonly<Record<string, number>>;
  /** Seconds left by the folds that are done and the share of the present one; `undefined` where nothing says so. */
  readonly remaining: number | undefined;
}

const displayKey = Symbol.for("Jupyter.display");

/** What a notebook shows of a figure. */
function bundleOf(figure: Figure): Promise<MimeBundle> {
  return (figure as unknown as Record<symbol, () => Promise<MimeBundle>>)[displayKey]();
}

/** Every epoch's logs by name, from the lines that training writes; a line that is being written does not count. */
function readHistory(file: string): { history: Record<string, number[]>; seconds: number } {
  const history: Record<string, number[]> = {};
  let seconds = 0;
  if (!existsSync(file)) return { history, seconds };
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  for (const line of lines) {
    const { epoch: _, step: __, seconds: time, ...logs } = JSON.parse(line) as Record<string, number | null>;
    seconds = time ?? seconds;
    for (const [name, value] of Object.entries(logs)) {
      history[name] ??= [];
      history[name].push(value ?? Number.NaN);
    }
  }
  return { history, seconds };
}

function readPart(directory: string, place: { fold: number; seed: number }): RunPart {
  const own = path.join(directory, `seed-${place.seed}`, `fold-${place.fold}`);
  const { history, seconds } = readHistory(path.join(own, "log.jsonl"));
  const scoresFile = path.join(own, "scores.json");
  if (existsSync(scoresFile)) {
    const read = JSON.parse(readFileSync(scoresFile, "utf8"));
    const scores = { ...read.logs, ...read.scores };
    return { ...place, state: "done", epochs: read.epochs, scores, history, seconds: read.seconds };
  }
  const epochs = Math.max(0, ...Object.values(history).map((values) => values.length));
  const last = Object.entries(history).map(([name, values]) => [name, values[values.length - 1]]);
  const scores = Object.fromEntries(last) as Record<string, number>;
  return { ...place, state: epochs > 0 ? "begun" : "waiting", epochs, scores, history, seconds };
}

/** Seconds left at the pace so far. */
function remainingOf(parts: readonly RunPart[], epochs: number | undefined): number | undefined {
  const done = parts.filter(({ state }) => state === "done");
  const present = parts.find(({ state }) => state === "begun");
  const left = parts.length - done.length;
  if (left === 0) return 0;
  const mean = done.reduce((sum, { seconds }) => sum + seconds, 0) / done.length;
  const byShare = present && epochs ? (present.seconds * epochs) / present.epochs : undefined;
  const one = done.length > 0 ? mean : byShare;
  return one === undefined ? undefined : (left - 1) * one + Math.max(0, one - (present?.seconds ?? 0));
}

/** What a run's folder says now. */
export async function readView(directory: string): Promise<RunView> {
  const { name, config, begun, device, parts: folds } = readRunFile(directory);
  const seeds = String(config.seeds).split(", ").map(Number);
  const parts = seeds.flatMap((seed) => folds.map((_, fold) => readPart(directory, { fold, seed })));
  const totals = totalsFile(directory);
  const isFinished = existsSync(totals);
  const planned = (config.settings as { epochs?: unknown } | undefined)?.epochs;
  const epochs = typeof planned === "number" ? planned : undefined;
  const view = {
    ...{ directory, name, parts, isFinished },
    isRunning: await isFolderLocked(directory),
    scores: isFinished ? (JSON.parse(readFileSync(totals, "utf8")).scores as Record<string, number>) : {},
    remaining: isFinished ? 0 : remainingOf(parts, epochs),
  };
  const framed = withFrame(view, () => {
    const names = [...new Set(parts.flatMap(({ scores }) => Object.keys(scores)))];
    return {
      fold: parts.map(({ fold }) => fold + 1),
      seed: parts.map(({ seed }) => seed),
      state: parts.map(({ state }) => state),
      epochs: parts.map((part) => part.epochs),
      ...Object.fromEntries(names.map((score) => [score, parts.map(({ scores }) => scores[score])])),
      seconds: parts.map(({ seconds }) => seconds),
    };
  });
  const shown = { epochs, begun, device };
  return Object.defineProperty(framed, displayKey, { value: () => show(view, shown) });
}

/** One line on how far it is. */
export function viewWords(view: Omit<RunView, "toFrame">): string {
  const { directory, isRunning, isFinished, parts, remaining } = view;
  const done = parts.filter(({ state }) => state === "done").length;
  const state = isFinished ? "finished" : isRunning ? "running" : "stopped";
  const left =
    isRunning && !isFinished && remaining !== undefined ? `, ${durationWords(remaining)} left` : "";
  return `${path.basename(directory)}: ${state}, ${done} of ${parts.length} fits${left}`;
}

async function show(
  view: Omit<RunView, "toFrame">,
  about: { epochs: number | undefined; begun: string; device: string },
): Promise<MimeBundle> {
  const { parts, isRunning, isFinished, scores: totals } = view;
  const names = [...new Set(parts.flatMap(({ scores }) => Object.keys(scores)))].filter(
    (name) => name !== "learningRate",
  );
  const rows = parts.map(({ fold, seed, state, epochs, scores, seconds }): Cell[] => [
    `fold ${fold + 1}`,
    String(seed),
    state,
    state === "begun" && about.epochs ? `${epochs} of ${about.epochs}` : String(epochs),
    ...names.map((name) => scores[name]?.toFixed(4) ?? ""),
    `${seconds.toFixed(1)} s`,
  ]);
  const all: Cell[] = ["out of fold", "", "", "", ...names.map((name) => totals[name]?.toFixed(4) ?? ""), ""];
  const table = tableBundle(
    ["part", "seed", "state", "epochs", ...names, "time"],
    Object.keys(totals).length > 0 ? [...rows, all] : rows,
  );
  const drawn = parts.filter(({ history }) => Object.keys(history).length > 0);
  const present = drawn.findIndex(({ state }) => state === "begun");
  const hasSeeds = new Set(parts.map(({ seed }) => seed)).size > 1;
  const figure =
    drawn.length > 0
      ? foldCurves(
          drawn.map(({ history }) => ({ logs: history })),
          {
            names: drawn.map(({ fold, seed }) => `fold ${fold + 1}${hasSeeds ? `, seed ${seed}` : ""}`),
            ...(isRunning && present >= 0 && { present }),
            image: !isRunning,
          },
        )
      : undefined;
  const curves = figure && (await bundleOf(figure));
  const words = viewWords(view);
  const share = parts.reduce((sum, { state, epochs }) => {
    const own = about.epochs ? Math.min(1, epochs / about.epochs) : 0;
    return sum + (state === "done" ? 1 : own);
  }, 0);
  const percent = ((100 * share) / parts.length).toFixed(1);
  const bar = `<div style="width:160px;height:8px;border-radius:4px;background:rgba(128,128,128,0.3);display:inline-block;margin:0 8px;vertical-align:middle"><div style="width:${percent}%;height:8px;border-radius:4px;background:${isFinished ? "#388e3c" : "#1976d2"}"></div></div>`;
  const facts = `begun ${about.begun.slice(0, 16).replace("T", " ")}, ${about.device}`;
  return {
    ...(curves?.["image/png"] !== undefined && { "image/png": curves["image/png"] }),
    "text/html": `<div>${escapeHtml(words)}${bar}<small>${escapeHtml(facts)}</small></div>${table["text/html"]}${curves?.["text/html"] ?? ""}`,
    "text/plain": `${words} (${facts})\n${table["text/plain"]}`,
  };
}
