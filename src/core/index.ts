/** The ground that every stage stands on; notebooks get its names from `data` and `features`. */
export * from "./array";
export * from "./atomicFile";
export * from "./concurrency";
export * from "./describe";
export * from "./display";
export * from "./estimator";
export * from "./fileError";
export * from "./frames";
export * from "./frameUnits";
export * from "./frameViews";
export * from "./progress";
export * from "./random";
export * from "./samples";
export * from "./series";
export * from "./signal";
export * from "./source";
export * from "./webAssembly";
