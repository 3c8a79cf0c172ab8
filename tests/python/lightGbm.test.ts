import { testTrees } from "./testTrees";

testTrees("lightGbm");
