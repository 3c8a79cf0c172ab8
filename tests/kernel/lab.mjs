/*
 * Opens a notebook in JupyterLab in a real headless Chromium, runs all of its cells and takes pictures.
 *
 *   node tests/kernel/lab.mjs NOTEBOOK [--out DIR] [--timeout SECONDS] [--kernel NAME]
 *        [--interrupt CELL:SECONDS] [--width PIXELS] [--after FILE] [--python PATH]
 *
 *   --out        folder for the pictures and summary.json (default: a new temporary folder)
 *   --timeout    time that the cells have in all (default 600)
 *   --kernel     kernel that the notebook is opened with (default: the one it names)
 *   --interrupt  presses the interrupt button SECONDS after the code cell number CELL, counted from 1, has begun
 *   --width      width of the window (default 1280)
 *   --theme      light or dark (default light)
 *   --after      a module whose default export is called with the page and the folder for pictures after the run
 *   --python     Python with JupyterLab (default: .venv/bin/python)
 *
 * The notebook is run as a copy beside the original, which stays as it is. Pictures: one a cell with outputs,
 * `cell-01.png` and so on, and `top.png`. The summary lists each code cell's count, MIME types and error.
 * Exit status 1 if a cell failed that was not interrupted. Needs Chromium (CHROMIUM, default /usr/bin/chromium).
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    timeout: { type: "string", default: "600" },
    kernel: { type: "string" },
    interrupt: { type: "string" },
    width: { type: "string", default: "1280" },
    theme: { type: "string", default: "light" },
    after: { type: "string" },
    python: { type: "string", default: path.join(root, ".venv", "bin", "python") },
  },
});
if (positionals.length !== 1) {
  console.error("Cannot open notebook: one path is required; see the head of this file");
  process.exit(2);
}
const notebook = path.resolve(positionals[0]);
const out = path.resolve(values.out ?? mkdtempSync(path.join(tmpdir(), "lab-")));
mkdirSync(out, { recursive: true });
const copy = path.join(path.dirname(notebook), `.lab-${randomUUID().slice(0, 8)}.ipynb`);
const settings = mkdtempSync(path.join(tmpdir(), "lab-settings-"));

const themes = path.join(settings, "@jupyterlab", "apputils-extension");
mkdirSync(themes, { recursive: true });
writeFileSync(
  path.join(themes, "themes.jupyterlab-settings"),
  JSON.stringify({ theme: values.theme === "dark" ? "JupyterLab Dark" : "JupyterLab Light" }),
);
const port = await freePort();
const token = randomUUID();
const server = spawn(
  values.python,
  [
    ...["-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"],
    `--ServerApp.root_dir=${path.dirname(notebook)}`,
    "--ContentsManager.allow_hidden=True",
    `--ServerApp.port=${port}`,
    `--IdentityProvider.token=${token}`,
  ],
  {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      JUPYTERLAB_SETTINGS_DIR: settings,
      JUPYTERLAB_WORKSPACES_DIR: settings,
    },
  },
);
let log = "";
server.stderr.on("data", (chunk) => {
  log += chunk;
});

let browser;
let failed = true;
try {
  copyFileSync(notebook, copy);
  await answering(`http://127.0.0.1:${port}/api?token=${token}`);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
  const page = await browser.newPage({ viewport: { width: Number(values.width), height: 900 } });
  page.on("pageerror", (error) => console.error(`page: ${error.message}`));
  failed = await runNotebook(page);
} catch (error) {
  console.error(error);
  console.error(log.split("\n").slice(-15).join("\n"));
} finally {
  await browser?.close();
  server.kill("SIGINT");
  server.kill("SIGINT");
  await Promise.race([new Promise((resolve) => server.once("exit", resolve)), pause(5000)]);
  if (server.exitCode === null) server.kill("SIGKILL");
  rmSync(copy, { force: true });
  rmSync(settings, { recursive: true, force: true });
}
console.log(`pictures: ${out}`);
process.exit(failed ? 1 : 0);

async function runNotebook(page) {
  const address = `http://127.0.0.1:${port}/lab/tree/${path.basename(copy)}?token=${token}&reset`;
  await page.goto(address);
  await page.waitForSelector(".jp-Notebook .jp-Cell", { timeout: 120_000 });
  await page.evaluate(async (name) => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.ready;
    if (name) await panel.sessionContext.changeKernel({ name });
    await panel.sessionContext.ready;
  }, values.kernel);
  const started = Date.now();
  await page.evaluate(() => {
    window.podiumRun = { done: false };
    window.jupyterapp.commands.execute("notebook:run-all-cells").finally(() => {
      window.podiumRun.done = true;
    });
  });
  const interrupted = values.interrupt ? interruptLater(page, values.interrupt) : undefined;
  // Its failure is told where it is awaited; the server must be ended first.
  interrupted?.catch(() => {});
  await page.waitForFunction(() => window.podiumRun.done, undefined, {
    timeout: 1000 * Number(values.timeout),
    polling: 500,
  });
  const interruptedCell = await interrupted;
  console.log(`ran in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  // Figures draw themselves after their cell is done.
  await pause(2000);
  const failed = await report(page, interruptedCell);
  if (values.after) await (await import(pathToFileURL(path.resolve(values.after)).href)).default(page, out);
  return failed;
}

/** Presses the button of the tool bar while a cell runs; the cell's number, from 0. */
async function interruptLater(page, wish) {
  const [cell, seconds] = wish.split(":").map(Number);
  const begun = await page.waitForFunction(
    (index) => {
      const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
      const cells = content.widgets.filter((widget) => widget.model.type === "code");
      const running = cells.findIndex((widget) => widget.promptNode?.textContent?.includes("*"));
      if (running === index && sessionContext.kernelDisplayStatus === "busy") return "begun";
      return window.podiumRun.done && "over";
    },
    cell - 1,
    { timeout: 1000 * Number(values.timeout), polling: 100 },
  );
  if ((await begun.jsonValue()) === "over") {
    console.error(`cell ${cell} was not seen running`);
    return undefined;
  }
  await pause(1000 * seconds);
  await page.screenshot({ path: path.join(out, "interrupt-before.png") });
  await page.click(
    '[data-command="notebook:interrupt-kernel"], [data-jp-item-name="interrupt"] button, [data-jp-item-name="interrupt"] jp-button',
  );
  const pressed = Date.now();
  await page.waitForFunction(
    (index) => {
      const cells = window.jupyterapp.shell.currentWidget.content.widgets.filter(
        (w) => w.model.type === "code",
      );
      return !cells[index].promptNode?.textContent?.includes("*");
    },
    cell - 1,
    { timeout: 120_000, polling: 50 },
  );
  console.log(`cell ${cell} ended ${((Date.now() - pressed) / 1000).toFixed(2)} s after the interrupt`);
  await page.screenshot({ path: path.join(out, "interrupt-after.png") });
  return cell - 1;
}

async function report(page, interruptedCell) {
  const cells = await page.evaluate(() => {
    const { widgets } = window.jupyterapp.shell.currentWidget.content;
    return widgets
      .filter((widget) => widget.model.type === "code")
      .map((widget, code) => {
        const { execution_count, outputs } = widget.model.toJSON();
        const errors = outputs.filter((output) => output.output_type === "error");
        return {
          code: code + 1,
          count: execution_count,
          outputs: outputs.map((o) =>
            `${o.output_type} ${o.name ?? Object.keys(o.data ?? {}).join(" ")}`.trim(),
          ),
          error: errors[0] && `${errors[0].ename}: ${errors[0].evalue}`,
        };
      });
  });
  writeFileSync(path.join(out, "summary.json"), `${JSON.stringify(cells, null, 2)}\n`);
  for (const cell of cells) {
    console.log(`[${cell.count ?? " "}] ${cell.outputs.join(" | ")}${cell.error ? `  ${cell.error}` : ""}`);
  }
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.content.node.scrollTo?.(0, 0));
  await page.screenshot({ path: path.join(out, "top.png") });
  for (let index = 0; index < cells.length; index++) {
    if (cells[index].outputs.length === 0) continue;
    // The notebook draws only the cells near the window.
    await page.evaluate(async (wanted) => {
      const { content } = window.jupyterapp.shell.currentWidget;
      const codes = content.widgets.map((w, i) => [w, i]).filter(([w]) => w.model.type === "code");
      const [widget, i] = codes[wanted];
      content.activeCellIndex = i;
      await content.scrollToItem(i, "start");
      widget.node.setAttribute("data-podium-picture", String(wanted));
    }, index);
    await pause(400);
    const file = path.join(out, `cell-${String(index + 1).padStart(2, "0")}.png`);
    const shown = page.locator(`[data-podium-picture="${index}"]`);
    await shown
      .screenshot({ path: file, timeout: 10_000 })
      .catch((error) => console.error(`${file}: ${error.message}`));
  }
  return cells.some(
    (cell, index) => (cell.error || cell.count === null) && interruptedCell === undefined && index >= 0,
  );
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port: found } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return found;
}

async function answering(url) {
  for (let attempt = 0; attempt < 240; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await pause(500);
  }
  throw new Error("Cannot open JupyterLab: an answer within two minutes is required, got none");
}
