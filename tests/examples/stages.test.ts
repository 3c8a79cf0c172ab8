import { testExamples } from "./run";

testExamples([
  "augment",
  "cluster",
  "data",
  "ensemble",
  "features",
  "metrics",
  "plot",
  "python",
  "search",
  "trees",
  "validate",
]);
