import { testTrees } from "./testTrees";

testTrees("xgBoost");
