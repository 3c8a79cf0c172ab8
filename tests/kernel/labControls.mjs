/*
 * For `lab.mjs --after`: moves the controls of the notebook's first cell as a person does, and takes a picture.
 */
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export default async function moveControls(page, out) {
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.content.scrollToItem(0, "start"));
  const slider = page.locator(".noUi-handle").first();
  await slider.focus();
  for (let press = 0; press < 3; press++) await slider.press("ArrowRight");
  await page.locator(".widget-dropdown select").first().selectOption("y");
  const button = page.locator(".widget-button, .jupyter-button").first();
  for (let press = 0; press < 2; press++) await button.click();
  await pause(1500);
  await page.screenshot({ path: path.join(out, "controls-moved.png") });
}
