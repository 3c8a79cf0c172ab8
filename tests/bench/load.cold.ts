// A process of its own for load.ts: loads the motion folder once and tells how many milliseconds that took.
import * as motion from "../../src/motion";

const start = performance.now();
motion.load(process.argv[2], { cache: false }).then(() => console.log(performance.now() - start));
