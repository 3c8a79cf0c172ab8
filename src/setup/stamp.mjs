import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Writes a file whole or not at all. One process at a time writes it, under a lock: what a killed one left is written over.
 *
 * @param {string} file
 * @param {string} text
 */
export function writeWhole(file, text) {
  mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.part`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** @param {string} file */
export function readOr(file, otherwise = "") {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return otherwise;
  }
}

/**
 * One hash of texts and files, by name and content.
 *
 * @param {{ texts?: string[], files?: string[] }} parts
 */
export function fingerprint({ texts = [], files = [] }) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text}\0`);
  for (const file of files)
    hash
      .update(`${path.basename(file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex").slice(0, 32);
}

/**
 * The files of a folder and its folders, sorted.
 *
 * @param {string} folder
 * @param {(name: string) => boolean} [wanted] by path below the folder
 * @returns {string[]}
 */
export function filesBelow(folder, wanted = () => true) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => wanted(path.relative(folder, file)))
    .sort();
}

/**
 * Marks work as begun, so that a later run knows that it was stopped half-way, and as done.
 *
 * @param {string} begun file that exists while the work is unfinished
 * @param {string} done file that holds the fingerprint of what the work was done for, and names of what it made
 */
export function workMark(begun, done) {
  const lines = () => readOr(done).split("\n");
  return {
    get wasStopped() {
      return existsSync(begun);
    },
    /** The names that were given when it was finished. */
    get made() {
      return lines().slice(1);
    },
    isDone(print) {
      return !existsSync(begun) && lines()[0] === print;
    },
    begin() {
      writeWhole(begun, `${new Date().toISOString()}\n`);
    },
    finish(print, made = []) {
      writeWhole(done, [print, ...made].join("\n"));
      rmSync(begun, { force: true });
    },
  };
}
