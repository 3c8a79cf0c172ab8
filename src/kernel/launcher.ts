import { readFileSync } from "node:fs";
import { addModuleFallback } from "./compile/modules";
import { Kernel } from "./kernel";
import { redirectDescriptors } from "./wire/descriptors";

/*
 * The program that Jupyter starts. Its kernel.json:
 *
 *   "argv": ["node", ".../dist/kernel/launcher.js", "{connection_file}"]
 *   "interrupt_mode": "message"   also a loop after an await can be broken; with signals only one before it
 *   "env": { "PODIUM_PRELOAD": "podium,..." }   modules to load before the first cell asks for them
 */
const [connectionFile] = process.argv.slice(2);
if (!connectionFile) {
  console.error("Cannot start kernel: a connection file is required, got none");
  process.exit(2);
}
const descriptors = redirectDescriptors();
addModuleFallback();
const preload = (process.env.PODIUM_PRELOAD ?? "").split(",").filter((name) => name !== "");
new Kernel(JSON.parse(readFileSync(connectionFile, "utf8")), { preload, descriptors })
  .start()
  .catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
