import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { install } from "../../python/install";
import { pythonProgram } from "../../python/place";

/** The version of Ray that is installed: that of both ends has to be the same. */
export const rayVersion = "2.60.0";

/**
 * The Python that has Ray, which is installed there when it is first used; `PODIUM_RAY_PYTHON` names another, such as one
 * with the version of a cluster that is there already.
 */
export async function rayPython(): Promise<string> {
  const own = process.env.PODIUM_RAY_PYTHON;
  if (own) return own;
  const python = await pythonProgram();
  const question = "import importlib.metadata as m; print(m.version('ray'))";
  const found = await promisify(execFile)(python, ["-I", "-c", question]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  if (found === undefined) {
    console.log("Ray: installing ray, this once");
    await install("ray");
  } else if (found !== rayVersion) {
    console.warn(`Ray ${found} is in the Python environment; Podium is tested with ${rayVersion}`);
  }
  return python;
}
