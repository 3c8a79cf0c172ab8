import { testExamples } from "./run";

testExamples(["motion", "motion.recipes", "radar", "radar.recipes"]);
