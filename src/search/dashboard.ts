import path from "node:path";
import { install } from "../python";
import type { SearchResult } from "./result";

/**
 * Puts Optuna's dashboard into JupyterLab: a tab that its launcher opens, which asks for the path of a search's
 * `journal.log`. It is there when JupyterLab is started the next time.
 *
 * @param result a search, whose path is then said; default none
 * @throws {Error} if it cannot be installed, as where there is no network
 * @example
 * const openTab = (found: podium.search.SearchResult) => search.dashboard(found);
 */
export async function dashboard(result?: Pick<SearchResult, "directory">): Promise<void> {
  await install("jupyterlab-optuna");
  const folder = result?.directory === undefined ? "FOLDER" : path.resolve(result.directory);
  console.log(
    `Optuna's dashboard is a tab of JupyterLab: start npm run lab again where it was not there, choose Optuna Dashboard in the launcher, and give it ${path.join(folder, "journal.log")}`,
  );
}
