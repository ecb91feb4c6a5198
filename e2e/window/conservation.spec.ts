/** What a network conserves over a rollout, from the form to a figure. */
import { expect, test } from "../host";
import { expectNoOverflow, openWindow } from "./steps";

test("quantities are chosen, followed with and without repair, picked everywhere, exported, and the repair kept", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "Conservation" }) })
    .getByRole("button", { name: "Set up…" })
    .click();
  await page.getByLabel("Your own", { exact: true }).fill("shear: dy(vx");
  await expect(page.getByText("there must be “)”")).toBeVisible();
  await page.getByLabel("Your own", { exact: true }).fill("shear: dy(vx)^2");
  await page.getByRole("textbox", { name: "Rollout steps" }).fill("5");
  await page.getByLabel("Repair", { exact: true }).selectOption("joint");
  await page.getByText("Advanced", { exact: true }).click();
  await page.getByLabel("Normalise", { exact: true }).selectOption("pooled");
  await expect(page.getByText("Quantities", { exact: true }).last()).toBeVisible();
  await page.getByRole("button", { name: "Run Conservation" }).click();

  const quantities = page.getByRole("group", { name: "Quantity" });
  await quantities.getByRole("button", { name: "shear" }).click({ timeout: 60_000 });
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByRole("heading", { name: "Quantity shear" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Rollouts, by shear" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Drift by quantity" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Single steps from the data" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Which layer breaks it" })).toBeVisible();
  await expectNoOverflow(page);

  await page.getByRole("button", { name: "Figure" }).first().click();
  const saved = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /^SVG/ }).click();
  await saved;
  await expect(page.getByText(/^Written to .*\.svg/)).toBeVisible();

  await page.getByRole("button", { name: "Add the repaired network" }).click();
  await expect(page.getByRole("heading", { name: "plain, joint" })).toBeVisible();
  await expect(page.getByText("Every parameter is reached by the gradient.")).toBeVisible();
});
