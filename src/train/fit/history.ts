import { withFrame } from "../../core/dataFrame";
import { type Cell, escapeHtml, showAs, type TableBundle, tableBundle } from "../../core/display";
import type { Direction } from "../../metrics/direction";
import type { History } from "../types";

/** Epochs that the table shows, besides the best and the last. */
const mostShown = 20;

/** The epoch, from 0, at which a number was best; NaN is never. */
function bestEpoch(values: readonly number[], direction: Direction): number | undefined {
  let best: number | undefined;
  values.forEach((value, epoch) => {
    const isBetter =
      best === undefined || (direction === "min" ? value < values[best] : value > values[best]);
    if (!Number.isNaN(value) && isBetter) best = epoch;
  });
  return best;
}

/** The epochs to show: all of few, else every so many, the best and the last. */
function shownEpochs(epochs: number, best: number | undefined): number[] {
  const step = Math.ceil(epochs / mostShown);
  const chosen = new Set(Array.from({ length: Math.ceil(epochs / step) || 0 }, (_, i) => i * step));
  if (best !== undefined) chosen.add(best);
  if (epochs > 0) chosen.add(epochs - 1);
  return [...chosen].sort((a, b) => a - b);
}

function show(history: Omit<History, "toFrame">): TableBundle {
  const { logs, epochs, seconds, stepTime, mode, stopReason } = history;
  const watched = ["val_loss", "loss"].find((name) => logs[name] !== undefined);
  const best = watched && bestEpoch(logs[watched], "min");
  const names = Object.keys(logs);
  const cell = (name: string, epoch: number): Cell => {
    const value = logs[name][epoch];
    return name === "learningRate" ? value.toExponential(2) : value.toPrecision(4);
  };
  const rows = shownEpochs(epochs, best || undefined).map((epoch): Cell[] => [
    `${epoch + 1}`,
    ...names.map((name) => cell(name, epoch)),
    epoch === best ? `best ${watched}` : "",
  ]);
  const table = tableBundle(["epoch", ...names, ""], rows);
  const facts = [
    `${epochs} ${epochs === 1 ? "epoch" : "epochs"} in ${seconds.toFixed(1)} s`,
    ...(stepTime > 0 ? [`${stepTime.toPrecision(3)} ms a step (${mode})`] : []),
    ...(stopReason ? [`ended early: ${stopReason}`] : []),
  ].join(", ");
  return {
    "text/html": `${table["text/html"]}<div>${escapeHtml(facts)}</div>`,
    "text/plain": `${table["text/plain"]}\n${facts}`,
  };
}

/** A history as notebooks show it. */
export function shownHistory(history: Omit<History, "toFrame">): History {
  const framed = withFrame(history, () => ({
    epoch: Array.from({ length: history.epochs }, (_, epoch) => epoch + 1),
    ...history.logs,
  }));
  return showAs(framed, () => show(history));
}
