import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { test } from "../host";
import { addFile, newStudy, openWindow } from "./steps";

/** Trajectories of one channel, saying of themselves what is asked for. */
function write(path: string, says: string): void {
  execFileSync("python3", [
    "-c",
    `import sys, numpy as np
np.savez(sys.argv[1], states=np.random.default_rng(0).normal(size=(2, 4, 1, 8, 8)).astype("f4"), ${says})`,
    path,
  ]);
}

const hasNumPy = (() => {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

async function confirm(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Looks right" });
  await button.click();
  await expect(button).toBeHidden();
}

async function savedPreset(page: Page): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as preset" }).click();
  return (await download).path();
}

test("a preset says what was mended, a file goes before it, and the study remembers both", async ({
  page,
  host,
}) => {
  test.skip(!hasNumPy, "python3 has no NumPy");
  const [silent, says] = [join(host.home, "silent.npz"), join(host.home, "says.npz")];
  write(silent, "");
  write(says, 'dt=0.5, boundary="periodic", length="1,1"');
  await openWindow(page, host);
  await newStudy(page, "Presets");

  await addFile(page, "data", says);
  await confirm(page);
  const nothing = JSON.parse(readFileSync(await savedPreset(page), "utf8")) as { options: object };
  expect(Object.keys(nothing.options)).toEqual(["fields"]);

  await addFile(page, "data", silent);
  await page.getByText("Grid, axes, arrays and units").click();
  await page.getByLabel("Boundary along x").selectOption("open");
  await page.getByRole("textbox", { name: "Time step" }).fill("2");
  await confirm(page);
  const preset = await savedPreset(page);
  const { options } = JSON.parse(readFileSync(preset, "utf8")) as { options: object };
  expect(options).toMatchObject({ dt: 2, boundary: "x open, y periodic" });

  await page.getByRole("navigation").getByRole("button", { name: /^says/ }).click();
  await page.getByLabel("Preset file").setInputFiles({ name: "p.json", mimeType: "application/json", buffer: readFileSync(preset) }); // prettier-ignore
  const told = [
    /The boundary is periodic, as the file itself says; p\.json says x open, y periodic/,
    /The time step is 0\.5, as the file itself says; p\.json says 2/,
  ];
  for (const sentence of told) await expect(page.getByText(sentence)).toBeVisible();
  await page.reload();
  await page.getByRole("navigation").getByRole("button", { name: /^says/ }).click();
  for (const sentence of told) await expect(page.getByText(sentence)).toBeVisible();
});
