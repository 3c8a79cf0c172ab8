import { mkdirSync, statSync } from "node:fs";
import { createServer } from "node:net";

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
  const { dev, ino } = statSync(directory);
  const server = createServer();
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
    // A name that begins with a zero byte lies in no folder.
    server.listen({ path: `\0podium-run-${dev}-${ino}` }, resolve);
  });
  server.unref();
  return () => void server.close();
}
