import { testExamples } from "./run";

testExamples(["augment", "data", "features", "metrics"]);
