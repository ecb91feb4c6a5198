/** A figure that the command line made of a run by itself, dropped on the window. */
import { execFileSync } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../host";
import { openWindow } from "./steps";

async function drop(page: Page, path: string): Promise<void> {
  const bytes = [...(await readFile(path))];
  await page.evaluate((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(content)], "figure.svg"));
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
  }, bytes);
}

test("the run of a bare folder is copied into the study; one that is gone is named with its place", async ({
  page,
  host,
}) => {
  const noetherscope = (...args: string[]): void => {
    execFileSync(process.execPath, [join(host.program, "out/main/cli.js"), ...args], {
      env: { ...process.env, NOETHERSCOPE_HOME: host.home },
      stdio: "ignore",
    });
  };
  const run = join(host.home, "first");
  const figure = join(host.home, "figure.svg");
  const jets = join(host.program, "resources", "examples", "jets");
  const of = ["--model", join(jets, "plain.onnx"), "--data", join(jets, "jets.npz")];
  const how = ["--fields", "vector:velocity", "--samples", "2"];
  noetherscope("analyse", "equivariance", ...of, ...how, "--out", run);
  noetherscope("figure", run, "--out", figure);

  await openWindow(page, host);
  await drop(page, figure);
  await expect(page.getByRole("alert")).toContainText("Open or create a study");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await expect(page.getByRole("tab", { name: "Overview" })).toBeVisible();
  await drop(page, figure);
  await expect(page.getByText(`Copied the run from ${run} into this study.`)).toBeVisible();
  await expect(page.getByRole("tab", { name: /^Equivariance/ })).toBeVisible();

  const entry = page.getByRole("navigation").getByRole("button", { name: /^Equivariance/ });
  await entry.first().press("Delete");
  await rm(run, { recursive: true });
  await drop(page, figure);
  await expect(page.getByRole("alert")).toContainText(`is not in ${run} any more`);
});
