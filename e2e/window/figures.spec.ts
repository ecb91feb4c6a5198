/** A figure that the command line made of a run by itself, dropped on the window. */
import { execFileSync } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../host";
import { openWindow } from "./steps";

async function drop(page: Page, path: string): Promise<void> {
  const bytes = [...(await readFile(path))];
  await page.evaluate(
    ({ content, name }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(content)], name));
      window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
    },
    { content: bytes, name: basename(path) },
  );
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
  const tab = page.getByRole("tab", { name: /^Equivariance/ });
  await expect(tab).toBeVisible();

  // The numbers of a figure know their run like its picture, and are no data set.
  for (const numbers of ["numbers.csv", "numbers.npz"].map((name) => join(host.home, name))) {
    noetherscope("figure", run, "--out", numbers);
    await page.getByRole("tab", { name: "Overview" }).click();
    await expect(tab).toHaveAttribute("aria-selected", "false");
    await drop(page, numbers);
    await expect(tab).toHaveAttribute("aria-selected", "true");
  }
  await expect(page.getByRole("navigation").getByText(/numbers/)).toHaveCount(0);

  const entry = page.getByRole("navigation").getByRole("button", { name: /^Equivariance/ });
  await entry.first().press("Delete");
  await rm(run, { recursive: true });
  await drop(page, figure);
  await expect(page.getByRole("alert")).toContainText(`is not in ${run} any more`);
});
