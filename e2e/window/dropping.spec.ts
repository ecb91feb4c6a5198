/** Files dropped from another machine: sent, asked about where they leave something open, and kept or removed as is answered. */
import { readdir, readFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { expect, test, type Host } from "../host";
import { writeNpz } from "../../src/main/data/npz";
import { fromFloat64, sizeOf, type Tensor } from "../../src/shared/tensor";
import { newStudy, openWindow } from "./steps";

async function dropFiles(page: Page, paths: readonly string[]): Promise<void> {
  const files = await Promise.all(
    paths.map(async (path) => ({ name: basename(path), text: await readFile(path, "base64") })),
  );
  await page.evaluate((all) => {
    const transfer = new DataTransfer();
    for (const { name, text } of all) {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
  }, files);
}

function waves(...shape: number[]): Tensor {
  return fromFloat64(
    "float32",
    shape,
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(0.37 * i)),
  );
}

/** A gas whose density and velocity lie in arrays of their own, of which nothing says that they are states. */
async function writeGas(host: Host): Promise<string> {
  const path = join(host.home, "gas.npz");
  await writeNpz(path, { rho: waves(3, 4, 8, 8), vel: waves(3, 4, 8, 8, 2), time: waves(4) });
  return path;
}

const sent = async (host: Host): Promise<string[]> =>
  (await readdir(join(host.home, "studies", "Gas", "uploads"))).toSorted();

test("a dropped file of several arrays is read as they are chosen, and removed where none are", async ({
  page,
  host,
}) => {
  const gas = await writeGas(host);
  await openWindow(page, host);
  await newStudy(page, "Gas");
  const dialog = page.getByRole("dialog", { name: "Add data" });

  await dropFiles(page, [gas]);
  await expect(dialog).toContainText("holds several arrays");
  expect(await sent(host)).toEqual(["gas.npz"]);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => sent(host)).toEqual([]);

  await dropFiles(page, [gas]);
  await expect(dialog.getByRole("checkbox", { name: /^rho/ })).toBeChecked();
  await dialog.getByRole("checkbox", { name: /^vel/ }).check();
  await dialog.getByRole("button", { name: "Read rho, vel as states" }).click();
  await expect(page.getByRole("heading", { name: "What are the channels?" })).toBeVisible();
  for (const [k, name] of ["rho", "vel_x", "vel_y"].entries()) {
    await expect(page.getByLabel(`Name of field ${k + 1}`)).toHaveValue(name);
  }
  expect(await sent(host)).toEqual(["gas.npz"]);
});

test("names that were typed stay where other axes leave as many channels", async ({
  page,
  host,
}) => {
  const gas = await writeGas(host);
  await openWindow(page, host);
  await newStudy(page, "Gas");
  await dropFiles(page, [gas]);
  await page.getByRole("button", { name: "Read rho as states" }).click();
  await page.getByLabel("Name of field 1").fill("u");
  await page.getByText("Grid, axes, arrays and units").click();
  const axes = page.getByRole("textbox", { name: /^Axes/ });
  await axes.fill("n,t,x,y");
  await expect(page.getByRole("button", { name: "Looks right" })).toBeEnabled();
  await expect(page.getByLabel("Name of field 1")).toHaveValue("u");
  await axes.fill("n,c,y,x");
  await expect(page.getByLabel("Name of field 4")).toBeVisible();
  await axes.fill("n,t,y,x");
  await expect(page.getByLabel("Name of field 4")).toHaveCount(0);
  await expect(page.getByLabel("Name of field 1")).toHaveValue("u");
});

test("where it is asked which arrays are meant, a preset may say it", async ({ page, host }) => {
  const gas = await writeGas(host);
  const preset = join(host.home, "gas.preset.json");
  const program = join(host.program, "out/main/cli.js");
  const options = ["--input", "rho,vel", "--fields", "scalar:rho,vector:v"];
  const save = ["data", "info", gas, ...options, "--save-preset", preset];
  await promisify(execFile)(process.execPath, [program, ...save]);
  await openWindow(page, host);
  await newStudy(page, "Gas");
  await dropFiles(page, [gas]);
  await page.getByLabel("Or read it as a preset says").setInputFiles(preset);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Orbit of this sample" })).toBeVisible();
  expect(await sent(host)).toEqual(["gas.npz"]);
});

test("a network dropped with two checkpoints is there with each, and the same files again are no others", async ({
  page,
  host,
}) => {
  const folder = join(host.program, "fixtures", "checkpoints");
  const files = ["net.onnx", "state.pt", "module.pt"];
  const paths = files.map((file) => join(folder, file));
  await openWindow(page, host);
  await newStudy(page, "Gas");
  const tree = page.getByRole("navigation", { name: "Study" });
  for (const name of ["net, module", "net (uploads), module"]) {
    await dropFiles(page, paths);
    await expect(tree.getByRole("button", { name, exact: true })).toBeVisible();
  }
  await expect(page.getByText(/it was added again, as/).last()).toBeVisible();
  expect(await sent(host)).toEqual(files.toSorted());
});
