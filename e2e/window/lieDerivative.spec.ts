/** Continuous symmetries of the example, from the form to a figure. */
import { expect, test } from "../host";
import { expectNoOverflow, openWindow } from "./steps";

test("generators are chosen, picked everywhere, followed through the layers and exported", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "Lie derivative" }) })
    .getByRole("button", { name: "Set up…" })
    .click();
  await page.getByLabel("Your own", { exact: true }).fill("swirl: flow (-y, q)");
  await expect(page.getByText(/flow \(-y, ▸q\)/)).toBeVisible();
  await page.getByLabel("Your own", { exact: true }).fill("swirl: flow (-y*exp(-9*x^2), x)");
  await page.getByRole("textbox", { name: "Samples by layer" }).fill("2");
  await expect(page.getByText("Generators", { exact: true }).last()).toBeVisible();
  await page.getByRole("button", { name: "Run Lie derivative" }).click();

  const generators = page.getByRole("group", { name: "Generator" });
  await generators.getByRole("button", { name: "rot" }).click({ timeout: 60_000 });
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByRole("heading", { name: "Generator rot" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Samples under rot" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Which layer breaks it" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "The generators as flows" })).toBeVisible();
  await expectNoOverflow(page);

  await page.getByRole("button", { name: "Figure" }).first().click();
  const saved = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /^SVG/ }).click();
  await saved;
  await expect(page.getByText(/^Written to .*\.svg/)).toBeVisible();
});
