/** Data that the program makes itself: set up, looked at before and meanwhile, cancelled, and studied like any other. */
import { expect, test } from "../host";
import { expectNoOverflow, newStudy, openWindow } from "./steps";

test("an equation becomes data of the study, and an analysis takes them", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Simulated");
  await page.getByRole("navigation").getByRole("button", { name: "Simulate…" }).click();
  await expect(page.getByRole("heading", { name: "Simulate data" })).toBeVisible();
  await expect(page.getByRole("img", { name: /^v\.x, Start of trajectory 3/ })).toBeVisible();
  await expect(page.getByText("16 × 51 × 2 × 64 × 64")).toBeVisible();

  await page.getByRole("textbox", { name: "Points a side" }).fill("50");
  await expect(page.getByText(/^“Points a side”: 50 points a side is no power/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Simulate", exact: true })).toBeDisabled();
  await page.getByRole("textbox", { name: "Points a side" }).fill("16");
  await page.getByRole("textbox", { name: "Trajectories" }).fill("4");
  await expect(page.getByText("4 × 51 × 2 × 16 × 16")).toBeVisible();
  await page.getByRole("textbox", { name: "Viscosity ν" }).fill("-1");
  await expect(page.getByText(/“Viscosity ν” is -1/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Simulate", exact: true })).toBeDisabled();
  await page.getByLabel("Preset").selectOption("diagonal");
  await expect(page.getByRole("textbox", { name: "Anisotropy" })).toHaveValue("0.9");
  await expectNoOverflow(page);

  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await expect(page.getByRole("tab", { name: "navier-stokes-diagonal" })).toBeVisible({
    timeout: 30_000,
  });
  await expect(page.getByRole("img", { name: /^v\.x, input, sample/ })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+z");
  await expect(page.getByText("No data yet")).toBeVisible();
});

test("a long one is watched while it runs, and cancelled without a trace", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Watched");
  await page.getByRole("navigation").getByRole("button", { name: "Simulate…" }).click();
  await page.getByLabel("Equation").selectOption("Compressible Euler");
  await page.getByLabel("Preset").selectOption("curved");
  await expect(page.getByRole("img", { name: /^rho, Start of trajectory 1/ })).toBeVisible();
  await page.getByRole("textbox", { name: "Trajectories" }).fill("2000");
  await page.getByRole("textbox", { name: "Points a side" }).fill("32");
  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await expect(page.getByRole("img", { name: /^rho, Trajectory \d+ of 2000/ })).toBeVisible({
    timeout: 30_000,
  });
  await expectNoOverflow(page);
  await page.getByRole("button", { name: "Cancel" }).first().click();
  await expect(page.getByText("Cancelled; nothing was kept.")).toBeVisible();
  await expect(page.getByText("No data yet")).toBeVisible();
});
