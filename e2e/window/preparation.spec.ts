/** What is stated of a network beside its file: how its states are normalised, and how its input is padded. */
import { expect, test } from "../host";
import { addUnet, expectNoOverflow, newStudy, openWindow } from "./steps";

test("a normalisation is stated field by field, warned of, made pooled with one click, and kept with the run", async ({
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
  await normalise.selectOption("fields");
  await page.getByLabel("channel_0", { exact: true }).selectOption("none");
  await page.getByRole("button", { name: "Use pooled statistics" }).click();
  await expect(page.getByLabel("velocity", { exact: true })).toHaveValue("pooled");
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
});
