import { testExamples } from "./run";

testExamples(["augment.graph", "engine", "layers", "models", "train"]);
