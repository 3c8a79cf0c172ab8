/** Two nodes of Ray on this machine with pretend GPUs; the second does not see the folders of the first. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { root } from "./experiment";
import { descendants, kill, processes } from "./processTree";

const python = path.join(root, ".venv", "bin", "python");
const program = path.join(root, ".venv", "bin", "ray");

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export class RayForTests {
  readonly folder = mkdtempSync(path.join(tmpdir(), "podium-ray-"));
  readonly token = "a1b2".repeat(16);
  address = "";
  readonly #nodes: (ChildProcess | undefined)[] = [];

  /** What a process needs to join. */
  get env(): NodeJS.ProcessEnv {
    return { RAY_AUTH_MODE: "token", RAY_AUTH_TOKEN: this.token, RAY_USAGE_STATS_ENABLED: "0" };
  }

  /**
   * Starts both nodes.
   *
   * @param hidden a folder in whose place the second node sees an empty one of its own
   */
  async start(hidden: string): Promise<void> {
    await this.startFirst();
    await this.startSecond(hidden);
  }

  /** Starts the first node alone. */
  async startFirst(): Promise<void> {
    this.address = `127.0.0.1:${(await freePorts(1))[0]}`;
    const [, port] = this.address.split(":");
    await this.#attempt(0, () => this.#spawn(0, ["--head", `--port=${port}`, "--include-dashboard=false"]));
  }

  async startSecond(hidden: string): Promise<void> {
    await this.#attempt(1, () => this.#spawn(1, [`--address=${this.address}`], hidden));
  }

  /** Starts the second node where it was killed. */
  async startSecondAgain(hidden: string): Promise<void> {
    if (this.#nodes[1]?.exitCode === null && this.#nodes[1].signalCode === null) return;
    await this.startSecond(hidden);
  }

  /** Kills the second node with its workers, as a machine that is cut off. */
  killSecond(): void {
    const node = this.#nodes[1] as ChildProcess;
    const pids = [...descendants(node.pid as number), node.pid as number];
    for (const pid of pids) kill(pid);
  }

  /** Kills one worker that is at a task; tells whether there was one. */
  killWorker(choose: (count: number) => number = () => 0): boolean {
    const all = this.#nodes.flatMap((node) => (node ? descendants(node.pid as number) : []));
    const workers = processes().filter(
      ({ pid, command }) => all.includes(pid) && command.startsWith("ray::run_task"),
    );
    if (workers.length === 0) return false;
    kill(workers[choose(workers.length)].pid);
    return true;
  }

  stop(): void {
    for (const node of this.#nodes) {
      if (!node) continue;
      for (const pid of [...descendants(node.pid as number), node.pid as number]) kill(pid);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Starts a node again where it gave up: it does when its agents take more than 15 s, as on a loaded machine. */
  async #attempt(index: number, start: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await start();
      try {
        await this.#until(index);
        return;
      } catch (error) {
        const node = this.#nodes[index] as ChildProcess;
        for (const pid of [...descendants(node.pid as number), node.pid as number]) kill(pid);
        if (attempt === 4) throw error;
      }
    }
  }

  async #spawn(index: number, args: string[], hidden?: string): Promise<void> {
    const log = openSync(path.join(this.folder, `node-${index}.log`), "w");
    const scratch = path.join(this.folder, `scratch-${index}`);
    mkdirSync(scratch, { recursive: true });
    // Known ports: else the node gives up where its agents, Python programs, take longer than seconds to tell theirs.
    const [agent, listen, runtime, metrics] = await freePorts(4);
    const start = [
      program,
      "start",
      "--block",
      "--num-cpus=2",
      "--num-gpus=2",
      "--object-store-memory=100000000",
      "--disable-usage-stats",
      `--dashboard-agent-grpc-port=${agent}`,
      `--dashboard-agent-listen-port=${listen}`,
      `--runtime-env-agent-port=${runtime}`,
      `--metrics-export-port=${metrics}`,
      ...args,
    ];
    // A mount of its own that only this node sees.
    const command = hidden
      ? ["unshare", "-m", "sh", "-c", `mount -t tmpfs none "${hidden}" && exec "$@"`, "sh", python, ...start]
      : [python, ...start];
    this.#nodes[index] = spawn(command[0], command.slice(1), {
      stdio: ["ignore", log, log],
      cwd: this.folder,
      env: {
        ...process.env,
        ...this.env,
        PODIUM_SCRATCH: scratch,
        RAY_raylet_start_wait_time_s: "120",
        RAY_agent_register_timeout_ms: "200000",
      },
    });
  }

  /** Waits for a node to say that it has started. */
  async #until(index: number): Promise<void> {
    const log = path.join(this.folder, `node-${index}.log`);
    const node = this.#nodes[index] as ChildProcess;
    let said = "";
    for (let look = 0; look < 600; look++) {
      await wait(200);
      said = readFileSync(log, "utf8");
      if (/Ray runtime started/.test(said)) return;
      if (node.exitCode !== null || / died | raylet.*exit/.test(said)) break;
    }
    throw new Error(`Ray's node ${index + 1} must start, got: ${said.slice(-2000)}`);
  }

  /** Runs a program in the second node's view of its folders. */
  inSecond(script: string, args: readonly string[]): void {
    const pid = String((this.#nodes[1] as ChildProcess).pid);
    execFileSync("nsenter", ["-t", pid, "-m", "sh", "-c", script, "sh", ...args]);
  }
}
