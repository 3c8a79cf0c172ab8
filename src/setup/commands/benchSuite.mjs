/*
 * The process of one bench suite: tells its parent the peers that it names, or runs it and sends every row.
 */
import { pathToFileURL } from "node:url";

const [file, task] = process.argv.slice(2);
const loaded = await import(pathToFileURL(file).href);
// A TypeScript module that is loaded as CommonJS has its exports below `default`.
const suite = typeof loaded.default === "function" ? loaded : loaded.default;
if (task === "peers") process.send({ peers: suite.peers ?? [] });
else await suite.default((row) => process.send({ row }));
process.disconnect();
