import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";

export const repository = path.join(__dirname, "..", "..");

/** A part of set-up by its file's name; these files have no types. */
export function load(name: string) {
  return import(pathToFileURL(path.join(repository, "src", "setup", `${name}.mjs`)).href);
}

/** A folder that is gone after the test. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "podium-setup-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file and the folders above it. */
export function put(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Writes a shell script that can be run. */
export function putProgram(file: string, script: string): void {
  put(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** Sets environment variables for one test. */
export function setVariables(context: TestContext, variables: Record<string, string | undefined>): void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  const assign = (values: Record<string, string | undefined>) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  assign(variables);
  context.after(() => assign(before));
}

/** A lock that nobody else wants. */
export const freeLock = { track() {}, release() {} };

/** Tools of a step that show nothing. */
export const quiet = { note() {} };
