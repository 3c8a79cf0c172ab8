import { testExamples } from "./run";

testExamples(["ensemble", "plot", "validate"]);
