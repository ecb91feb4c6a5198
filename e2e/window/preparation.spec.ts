/** What is stated of a network beside its file: how its states are normalised, and how its input is padded. */
import { expect, test } from "../host";
import { addUnet, expectNoOverflow, newStudy, openWindow } from "./steps";

test("a normalisation is stated field by field, warned of, and kept for the model and these data", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Preparation");
  await addUnet(page, host);
  await page.getByRole("tab", { name: "Overview" }).click();
  await page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "Equivariance" }) })
    .getByRole("button", { name: "Set up…" })
    .click();
  await page.getByText("Advanced", { exact: true }).click();
  const normalise = page.getByLabel("Normalise", { exact: true });
  await expect(normalise).toHaveValue("auto");
  await normalise.selectOption("per-channel");
  await expect(
    page.getByText(/The normalisation of velocity .* does not commute with/),
  ).toBeVisible();
  // However much is said, what it is said of stays in view above it.
  await page.setViewportSize({ width: 1024, height: 500 });
  const said = page.locator("form > .end");
  expect((await said.boundingBox())!.height).toBeLessThan(0.4 * 500);
  await page.setViewportSize({ width: 1280, height: 800 });
  await normalise.selectOption("fields");
  await page.getByLabel("channel_0", { exact: true }).selectOption("none");
  // A network that was trained with its statistics computes another function with pooled ones.
  await expect(page.getByText(/must stay those that it was trained with/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Use pooled statistics" })).toBeHidden();
  await page.getByLabel("velocity", { exact: true }).selectOption("pooled");
  await expect(page.getByText(/does not commute with/)).toBeHidden();
  await expectNoOverflow(page);

  await page.getByLabel("velocity", { exact: true }).selectOption("log");
  await expect(
    page.getByText(/velocity\.x is -.*, which only positive numbers have/),
  ).toBeVisible();
  await normalise.selectOption("written");
  await page.getByLabel("Normalise, as it is written").fill("poled");
  await expect(page.getByText("Did you mean “pooled”?").first()).toBeVisible();
  await page.getByLabel("Normalise, as it is written").fill("velocity=0+-2,channel_0=1+-0.5");
  await page.getByRole("button", { name: "Run Equivariance" }).click();
  await expect(page.getByRole("button", { name: "Figure" }).first()).toBeVisible({
    timeout: 60_000,
  });

  // What was stated of the model is in the next form of it, where it is not folded away.
  await page.getByRole("tab", { name: "Overview" }).click();
  await page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "Coherence" }) })
    .getByRole("button", { name: "Set up…" })
    .click();
  await expect(normalise).toBeVisible();
  await expect(normalise).toHaveValue("fields");
  await expect(page.getByLabel("velocity", { exact: true })).toHaveValue("0+-2");
});
