import "./magic";

export { estimator, type PythonEstimatorOptions } from "./estimator";
export { install } from "./install";
export { PythonResult } from "./outputs";
export {
  call,
  get,
  Keywords,
  keywords,
  type PythonArray,
  PythonObject,
  type PythonOptions,
  requirePackages,
  restart,
  run,
  set,
} from "./python";
export { PythonEnded, PythonError } from "./pythonError";
