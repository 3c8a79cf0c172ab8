import { createRequire } from "node:module";
import path from "node:path";
import { SetupError } from "../failure.mjs";

/**
 * Prints every cross-validation below a folder, the best first.
 *
 * @param {import("../places.mjs").Places} places
 * @param {string[]} args the folder, default `runs`; `--score NAME`, `--direction min|max`
 * @returns {number} exit status
 */
export function runs(places, args) {
  const option = (name) => {
    const at = args.indexOf(name);
    return at < 0 ? undefined : args.splice(at, 2)[1];
  };
  const [score, direction] = [option("--score"), option("--direction")];
  const [directory = path.join(places.work, "runs")] = args;
  const { leaderboard } = createRequire(import.meta.url)(
    path.join(places.dist, "validate", "leaderboard.js"),
  );
  try {
    const board = leaderboard(directory, { score, direction });
    const shown = board[Symbol.for("Jupyter.display")]()["text/plain"];
    console.log(board.rows.length > 0 ? shown : `No runs below ${directory}`);
  } catch (error) {
    throw new SetupError(error.message, {
      mend: "Usage: podium runs [DIR] [--score NAME] [--direction min|max]",
    });
  }
  return 0;
}
