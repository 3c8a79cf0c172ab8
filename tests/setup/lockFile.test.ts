import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { repository } from "./support";

test("every package that npm fetches has its integrity hash in the lock file", () => {
  const { packages } = JSON.parse(readFileSync(path.join(repository, "package-lock.json"), "utf8"));
  const own = /^$|src\/setup\/tfjs-node$/;
  for (const [place, { integrity, link }] of Object.entries<{ integrity?: string; link?: boolean }>(
    packages,
  )) {
    if (!link && !own.test(place)) assert.match(integrity ?? "", /^sha512-/, place);
  }
});
