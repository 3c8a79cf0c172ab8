import { testExamples } from "./run";

testExamples(["augment", "data", "ensemble", "features", "metrics", "plot", "python", "validate"]);
