/**
 * The tests of trees, of CatBoost: its package has 97 MB, which the suite does without.
 *
 *     node --import tsx --test tests/compare/catBoost.ts
 */
import { testTrees } from "../python/testTrees";

testTrees("catBoost");
