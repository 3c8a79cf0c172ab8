/** Slurm's controller with two nodes on this machine, by Debian's packages. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { descendants, kill, processes } from "./processTree";

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export class SlurmForTests {
  readonly folder = mkdtempSync(path.join(tmpdir(), "podium-slurm-"));
  readonly #daemons = new Map<string, ChildProcess>();
  readonly #before = process.env.SLURM_CONF;

  /** Starts controller and nodes, and gives them to Slurm's programs that this process starts. */
  async start(): Promise<void> {
    const [controller, ...ports] = await freePorts(3);
    const host = hostname();
    const at = (name: string) => path.join(this.folder, name);
    mkdirSync(at("state"));
    const nodes = ports.map(
      (port, i) =>
        `NodeName=n${i + 1} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=2 RealMemory=4000`,
    );
    const lines = [
      "ClusterName=podium",
      `SlurmctldHost=${host}(127.0.0.1)`,
      `SlurmctldPort=${controller}`,
      "AuthType=auth/none",
      "CredType=cred/none",
      "SlurmUser=root",
      "SlurmdUser=root",
      `StateSaveLocation=${at("state")}`,
      `SlurmdSpoolDir=${at("spool-%n")}`,
      `SlurmctldPidFile=${at("slurmctld.pid")}`,
      `SlurmdPidFile=${at("slurmd-%n.pid")}`,
      "SlurmdParameters=config_overrides",
      "ProctrackType=proctrack/linuxproc",
      "TaskPlugin=task/none",
      "MpiDefault=none",
      "SelectType=select/cons_tres",
      "SelectTypeParameters=CR_CPU",
      "ReturnToService=2",
      // A node that is lost is given up, and its tasks queue again, in seconds and not in minutes.
      "SlurmdTimeout=8",
      "AuthInfo=cred_expire=2",
      "KillWait=15",
      "MinJobAge=10",
      "SchedulerParameters=bf_interval=2,sched_interval=2,requeue_setup_env_fail",
      "AccountingStorageType=accounting_storage/none",
      "JobAcctGatherType=jobacct_gather/none",
      ...nodes,
      "PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP",
    ];
    writeFileSync(at("slurm.conf"), `${lines.join("\n")}\n`);
    process.env.SLURM_CONF = at("slurm.conf");
    this.#spawn("slurmctld", ["-D", "-i", "-c"]);
    for (const node of ["n1", "n2"]) this.startNode(node);
    for (let look = 0; look < 300; look++) {
      await wait(200);
      if (this.#states() === "idle idle") return;
    }
    throw new Error(`Slurm must have two idle nodes, got ${this.#states()}`);
  }

  startNode(node: string): void {
    this.#spawn("slurmd", ["-D", "-N", node], node);
  }

  /** Kills a node with the tasks that run on it, as a machine that is cut off. */
  killNode(node: string): void {
    const daemon = this.#daemons.get(node) as ChildProcess;
    const jobs = execFileSync("squeue", ["-h", "-r", "-w", node, "-o", "%A"], { encoding: "utf8" }).split(
      "\n",
    );
    // Steps are no children of it: their title tells their job.
    const titles = jobs.filter(Boolean).map((job) => `slurmstepd: [${job.trim()}.`);
    const steps = processes().filter(({ command }) => titles.some((title) => command.startsWith(title)));
    for (const pid of [daemon.pid as number, ...steps.map((step) => step.pid)]) {
      for (const each of [...descendants(pid), pid]) kill(each);
    }
  }

  async stop(): Promise<void> {
    for (const daemon of this.#daemons.values()) daemon.kill("SIGTERM");
    await Promise.all(
      [...this.#daemons.values()].map(
        (daemon) =>
          daemon.exitCode !== null ||
          daemon.signalCode !== null ||
          new Promise((resolve) => daemon.once("exit", resolve)),
      ),
    );
    if (this.#before === undefined) delete process.env.SLURM_CONF;
    else process.env.SLURM_CONF = this.#before;
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(program: string, args: string[], name = program): void {
    const log = openSync(path.join(this.folder, `${name}.log`), "a");
    const daemon = spawn(program, args, { stdio: ["ignore", log, log], env: { ...process.env } });
    this.#daemons.set(name, daemon);
  }

  #states(): string {
    try {
      return execFileSync("sinfo", ["-h", "-N", "-o", "%t"], { encoding: "utf8", stdio: "pipe" })
        .trim()
        .split(/\s+/)
        .join(" ");
    } catch (error) {
      return (error as Error).message;
    }
  }
}
