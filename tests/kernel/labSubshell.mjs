/*
 * For `lab.mjs --after`: runs the notebook's first cell once more, which should take a while, and while it runs another
 * one in a subshell console; takes a picture of both. CODE is what the console runs.
 */
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export default async function lookBeside(page, out) {
  await page.evaluate(async () => {
    const { commands, shell } = window.jupyterapp;
    const panel = shell.currentWidget;
    panel.content.activeCellIndex = panel.content.widgets.length - 1;
    void commands.execute("notebook:run-cell");
  });
  await pause(3000);
  await page.evaluate(() => window.jupyterapp.commands.execute("notebook:create-subshell-console"));
  await page.waitForSelector(".jp-CodeConsole-input .cm-content", { timeout: 20_000 });
  await pause(1500);
  const input = page.locator(".jp-CodeConsole-input .cm-content").last();
  await input.click();
  await input.pressSequentially(process.env.CODE ?? "1 + 2");
  await page.keyboard.press("Shift+Enter");
  await pause(5000);
  await page.screenshot({ path: path.join(out, "subshell.png") });
}
