import { mkdirSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";

/** The name of a folder's lock: it begins with a zero byte, so that it lies in no folder. */
function lockName(directory: string): string {
  const { dev, ino } = statSync(directory);
  return `\0podium-run-${dev}-${ino}`;
}

/** Whether a run of this machine has the folder now. */
export async function isFolderLocked(directory: string): Promise<boolean> {
  const name = lockName(directory);
  return new Promise((resolve) => {
    const socket = connect({ path: name }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
    socket.unref();
  });
}

/**
 * Takes a folder for one run at a time. The lock is a socket that the system closes with its process, however that
 * ends, so a killed run leaves none behind; it holds for the processes of one machine.
 *
 * @param directory made where it is lacking
 * @param action what for, as errors say it
 * @returns gives the folder back
 * @throws {Error} if another run has the folder
 * @example
 * const release = await lockFolder("runs/first", "cross-validate");
 * release();
 */
export async function lockFolder(directory: string, action: string): Promise<() => void> {
  mkdirSync(directory, { recursive: true });
  const server = createServer((socket) => socket.destroy());
  const path = lockName(directory);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Error(
              `Cannot ${action}: one run at a time may use ${directory}, got another that is running; wait for it, or take another folder`,
            )
          : error,
      ),
    );
    server.listen({ path }, resolve);
  });
  server.unref();
  return () => void server.close();
}
