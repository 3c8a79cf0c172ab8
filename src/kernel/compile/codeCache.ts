import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import path from "node:path";
import { Script } from "node:vm";

/** A module whose compiled code is kept from process to process. */
export interface CachedModule {
  /** Whether code of an earlier process was used. */
  readonly used: boolean;
  /** Keeps the code, that of the functions which ran meanwhile included. */
  keep(): void;
}

/** Bytes of the digest in front of the code. */
const digestLength = 32;

/**
 * Loads a large CommonJS file, so that `require` gives it from then on, without compiling it anew: V8's code for it is
 * in a file, which counts only for the same Node, the same source and as it was written.
 *
 * @param file the module's file
 * @param cache where its code is kept; nothing is said where it cannot be
 */
export function loadCached(file: string, cache: string): CachedModule {
  const { size, mtimeMs } = statSync(file);
  const key = [process.version, process.arch, file, size, mtimeMs].join("\n");
  const script = new Script(Module.wrap(readFileSync(file, "utf8")), {
    filename: file,
    cachedData: readCode(cache, key),
  });
  const module = new Module(file);
  module.filename = file;
  require.cache[file] = module;
  try {
    const run = script.runInThisContext();
    run.call(module.exports, module.exports, createRequire(file), module, file, path.dirname(file));
  } catch (error) {
    delete require.cache[file];
    throw error;
  }
  module.loaded = true;
  const used = script.cachedDataRejected === false;
  return {
    used,
    keep() {
      if (!used) writeCode(cache, key, script.createCachedData());
    },
  };
}

function digest(key: string, code: Buffer): Buffer {
  return createHash("sha256").update(key).update(code).digest();
}

function readCode(cache: string, key: string): Buffer | undefined {
  try {
    const bytes = readFileSync(cache);
    const code = bytes.subarray(digestLength);
    // V8 itself does not look at every byte, and goes down with a damaged one.
    return digest(key, code).equals(bytes.subarray(0, digestLength)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function writeCode(cache: string, key: string, code: Buffer): void {
  try {
    mkdirSync(path.dirname(cache), { recursive: true });
    const part = `${cache}.${process.pid}`;
    writeFileSync(part, Buffer.concat([digest(key, code), code]));
    renameSync(part, cache);
  } catch {
    // Where nothing can be written, every process compiles for itself.
  }
}
