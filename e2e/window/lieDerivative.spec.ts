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
  await expect(page.getByText(/“q” is no coordinate/)).toBeVisible();
  await page.getByLabel("Your own", { exact: true }).fill("swirl: flow (-y*exp(-9*x^2), x)");
  await page.getByRole("textbox", { name: "Samples by layer" }).fill("2");
  const choice = page.getByRole("group", { name: "Generators" });
  await expect(choice.getByRole("button", { name: "auto" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await choice.getByRole("button", { name: "amp" }).click();
  // Fields on a plane have no third axis.
  await expect(choice.getByRole("button", { name: "tz" })).toBeDisabled();
  await page.getByRole("button", { name: "Run Lie derivative" }).click();

  const generators = page.getByRole("group", { name: "Generator", exact: true });
  await expect(generators.getByRole("button")).toHaveText(["tx", "ty", "rot", "amp", "swirl"], {
    timeout: 60_000,
  });
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
