/** Trainings on a line and of bodies: what they predict as pictures, their curves as files, and pages for everyone. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../host";
import { flaws, nameless } from "./audit";
import { expectNoOverflow, newStudy, openWindow, simulate } from "./steps";

const few = { trajectories: 4, steps: 6 };

async function train(page: Page, data: string, network: string, seeds: string): Promise<void> {
  await page.getByRole("navigation").getByRole("button", { name: "Train…" }).click();
  await page.getByRole("combobox", { name: "Data" }).selectOption(data);
  await page.getByRole("combobox", { name: "Network" }).selectOption(network);
  await page.getByRole("textbox", { name: "Epochs" }).fill("2");
  await page.getByRole("textbox", { name: "Seeds" }).fill(seeds);
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await expect(page.getByText(/steps \(2 epochs\) are done/)).toBeVisible({ timeout: 60_000 });
}

/** In both themes, and in the smallest window. */
async function expectFlawless(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await flaws(page)).toEqual([]);
  }
  expect(await nameless(page)).toEqual([]);
  await page.setViewportSize({ width: 1024, height: 700 });
  // Charts take their new width a moment after the window has its own.
  await expect(() => expectNoOverflow(page)).toPass({ timeout: 5000 });
  await page.setViewportSize({ width: 1440, height: 900 });
}

test("a profile and bodies are predicted beside the truth, and curves leave as files", async ({
  page,
  host,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openWindow(page, host);
  await newStudy(page, "Laboratory");
  await simulate(page, { ...few, equation: "Korteweg–de Vries", name: "kdv" });
  await page.getByRole("tab", { name: "Overview" }).click();
  await expect(page.getByRole("button", { name: "Train one here…" })).toBeVisible();

  await train(page, "kdv", "U-Net", "0,1");
  await expect(page.getByRole("img", { name: "u, prediction and truth, step 1" })).toBeVisible();
  await expect(page.getByRole("img", { name: "u, error, step 1" })).toBeVisible();
  await page.getByRole("button", { name: "Next step" }).click();
  await expect(page.getByRole("img", { name: "u, error, step 2" })).toBeVisible();
  await expectFlawless(page);

  const loss = page.getByRole("region", { name: "Loss", exact: true });
  await loss.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: /^SVG/ }).click();
  await expect(page.getByText(/^Written to .*-loss-85mm\.svg\.$/)).toBeVisible();
  const [study] = await readdir(join(host.home, "studies"));
  const figures = join(host.home, "studies", study!, "figures");
  expect(await readdir(figures)).toHaveLength(1);

  await simulate(page, { ...few, equation: "Bodies under softened gravity", name: "n-body" });
  await train(page, "n-body", "Message-passing network", "0");
  await expect(page.getByRole("img", { name: "Bodies, prediction and truth, step 1" })).toBeVisible(); // prettier-ignore
  await expectFlawless(page);
  await page.getByRole("tab", { name: "Overview" }).click();
  await expect(page.getByRole("button", { name: "Run conservation" })).toHaveClass(/primary/);

  await page
    .getByRole("listitem")
    .filter({ hasText: "Comparison" })
    .getByRole("button", { name: "Set up…" })
    .click();
  await expect(page.getByText("No other network of this study takes these data.")).toBeVisible();
  await page.getByRole("combobox", { name: "Data" }).selectOption("kdv");
  await page.getByRole("combobox", { name: "Model" }).selectOption("unet on kdv, seed 0");
  await expect(page.getByRole("checkbox", { name: "unet on kdv, seed 1" })).toBeChecked();
  await expectFlawless(page);
});
