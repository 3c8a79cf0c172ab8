import { asSetupError } from "../failure.mjs";

/**
 * @typedef {object} Step
 * @property {string} name what it provides: "npm packages"
 * @property {() => boolean | string | Promise<boolean | string>} needed whether something is missing; a text says what
 * @property {(tools: StepTools) => void | Promise<void>} run does it
 *
 * @typedef {object} StepTools
 * @property {(line: string) => void} note shows what it is at
 */

/** @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/**
 * Shows steps: on a terminal one line that is written over, elsewhere a line at the start and one at the end.
 *
 * @param {NodeJS.WriteStream} stream
 */
export function stepDisplay(stream) {
  const live = stream.isTTY === true;
  let timer;
  return {
    start(name, why) {
      const from = Date.now();
      const text = why ? `${name}: ${why}` : name;
      let latest = "";
      if (!live) stream.write(`… ${text}\n`);
      else {
        const draw = () => {
          const line = `… ${text} (${duration(Date.now() - from)}) ${latest}`;
          stream.write(`\r\x1b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
        };
        draw();
        timer = setInterval(draw, 500);
      }
      return (line) => {
        latest = line.trim();
      };
    },
    end(name, milliseconds, failed) {
      clearInterval(timer);
      if (live) stream.write("\r\x1b[K");
      stream.write(`${failed ? "✗" : "✓"} ${name} (${duration(milliseconds)})\n`);
    },
  };
}

/**
 * Does what is missing, in order. A step whose `needed` says no is passed over.
 *
 * @param {Step[]} steps
 * @param {{ display?: ReturnType<typeof stepDisplay> }} [options] where to show them (default: standard error)
 * @returns {Promise<string[]>} the names of the steps that were done
 * @throws {import("../failure.mjs").SetupError} of the first step that fails; those after it are not tried
 */
export async function runSteps(steps, { display = stepDisplay(process.stderr) } = {}) {
  const done = [];
  for (const step of steps) {
    const from = Date.now();
    let started = false;
    try {
      const why = await step.needed();
      if (!why) continue;
      started = true;
      const note = display.start(step.name, why === true ? "" : why);
      await step.run({ note });
      display.end(step.name, Date.now() - from, false);
      done.push(step.name);
    } catch (error) {
      if (started) display.end(step.name, Date.now() - from, true);
      throw asSetupError(`set up ${step.name}`, error);
    }
  }
  return done;
}
