/** Continuous symmetries from the form to a figure: of the example, of numbers on no grid, of data alone. */
import { join } from "node:path";
import { expect, test } from "../host";
import { addFile, expectNoOverflow, newStudy, openWindow } from "./steps";

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

test("numbers on no grid have motions once their parts are named", async ({ page, host }) => {
  const folder = join(host.program, "fixtures", "mlp");
  await openWindow(page, host);
  await newStudy(page, "Bodies");
  await addFile(page, "model", join(folder, "model.onnx"));
  await expect(page.getByText("Every parameter is reached by the gradient.")).toBeVisible();
  await addFile(page, "data", join(folder, "data.npz"));
  await page.getByRole("tab", { name: "Overview" }).click();
  await page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "Lie derivative" }) })
    .getByRole("button", { name: "Set up…" })
    .click();
  const choice = page.getByRole("group", { name: "Generators" });
  await expect(choice.getByRole("button", { name: "se", exact: true })).toBeDisabled();
  await page.getByLabel("Split", { exact: true }).fill("q:3,v:");
  await expect(page.getByText(/“v:” is no block/)).toBeVisible();
  await page.getByLabel("Split", { exact: true }).fill("q:3,v:3");
  await choice.getByRole("button", { name: "auto" }).click();
  await choice.getByRole("button", { name: "so", exact: true }).click();
  await page
    .getByLabel("Your own", { exact: true })
    .fill("fall: field (v1, v2, v3, 0, 0, -1) out none");
  await page.getByRole("button", { name: "Run Lie derivative" }).click();

  const generators = page.getByRole("group", { name: "Generator", exact: true });
  await expect(generators.getByRole("button")).toHaveText(["rot-xy", "rot-yz", "rot-zx", "fall"], {
    timeout: 60_000,
  });
  await expect(page.getByRole("heading", { name: "Lie derivative by generator" })).toBeVisible();
  await expectNoOverflow(page);
});

test("data alone have a Lie derivative of their own", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "Lie derivative" }) })
    .getByRole("button", { name: "Set up…" })
    .click();
  await page.getByLabel("Model", { exact: true }).selectOption("-");
  await expect(page.getByLabel("Checkpoints", { exact: true })).toBeHidden();
  await page.getByRole("button", { name: "Run Lie derivative" }).click();

  await expect(page.getByRole("heading", { name: "Lie derivative by generator" })).toBeVisible({
    timeout: 120_000,
  });
  await expect(
    page.getByText(/Of the data: rates, .* fitted by a local law/).first(),
  ).toBeVisible();
  await expectNoOverflow(page);
});
