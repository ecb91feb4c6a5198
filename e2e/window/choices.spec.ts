/** What is chosen is what is run, what is shown, and what is there after a reload. */
import { expect, test } from "../host";
import { addFile, openWindow } from "./steps";
import { join } from "node:path";

test("the model chosen on the overview is the form's, and what is typed there stays", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  for (const model of ["Plain network", "D4-averaged network"]) {
    await page.getByRole("tab", { name: "Overview" }).click();
    await page.getByRole("combobox", { name: "Model" }).selectOption(model);
    await page.getByRole("button", { name: "Set up…" }).first().click();
    await expect(
      page.getByRole("combobox", { name: "Model" }).locator("option:checked"),
    ).toHaveText(model);
  }
  await page.getByLabel("Samples", { exact: true }).fill("4");
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByRole("tab", { name: "New coherence" }).click();
  await expect(page.getByLabel("Samples", { exact: true })).toHaveValue("4");
});

test("the example sets its own subgroup apart, and another choice is remembered", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Run equivariance" }).click();
  const apart = page.getByRole("button", { name: "Set apart" });
  await expect(apart).toHaveText(/V4, axis reflections/, { timeout: 60_000 });
  // The example states that its equations are symmetric: no remark doubts it.
  await expect(page.getByText(/not established/)).toHaveCount(0);
  await expect(page.getByText(/as stated with the data/)).toBeVisible();
  await apart.click();
  const lattice = page.getByRole("radiogroup", { name: /^Subgroups of D4/ });
  await expect(lattice.getByRole("radio")).toHaveCount(10);
  await expect(lattice.getByRole("radio", { name: "V4, axis reflections" })).toBeChecked();
  await lattice.getByText("C4").click();
  await page.keyboard.press("Escape");
  await expect(apart).toHaveText(/C4, quarter turns/);
  await page.reload();
  await expect(apart).toHaveText(/C4, quarter turns/);
});

test("a remark that names a remedy leads to it", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Run coherence" }).click();
  await page.getByText("1 remark").click({ timeout: 60_000 });
  await page.getByRole("button", { name: "Try unit columns…" }).click();
  await page.getByText("Advanced").click();
  await expect(page.getByLabel("Unit columns", { exact: true })).toBeChecked();
});

test("a reload brings back the tabs that were open", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  const tree = page.getByRole("navigation", { name: "Study" });
  await tree.getByRole("button", { name: "Jets along x", exact: true }).click();
  await tree.getByRole("button", { name: "Plain network", exact: true }).click();
  await page.reload();
  await expect(page.getByRole("tab")).toHaveText(["Overview", "Jets along x", "Plain network"]);
  await expect(page.getByRole("tab", { selected: true })).toHaveText("Plain network");
});

test("a form whose model was removed says so, and Undo in the notice brings it back", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Set up…" }).first().click();
  const run = page.getByRole("button", { name: "Run coherence" });
  await expect(run).toBeEnabled();
  const tree = page.getByRole("navigation", { name: "Study" });
  await tree.getByRole("button", { name: "Plain network", exact: true }).press("Delete");
  await expect(page.getByText(/“Plain network” is not in this study any more/)).toBeVisible();
  await expect(run).toBeDisabled();
  await expect(run).toHaveAccessibleDescription("Choose a model that is here.");
  await page.getByText("Removed Plain network.").locator("..").getByText("Undo").click();
  await expect(run).toBeEnabled();
  await expect(tree).toContainText("Plain network");
});

test("an example opened twice is numbered, and its runs say when they were made", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  // The palette offers the examples that the window knows.
  await expect(page.getByRole("button", { name: /Jets along x/ })).toBeVisible();
  for (const name of ["Jets along x", "Jets along x 2"]) {
    await page.keyboard.press("ControlOrMeta+k");
    await page.keyboard.type("open example");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("textbox", { name: "Name of the study" })).toHaveValue(name);
  }
  await page.getByRole("button", { name: "Run equivariance" }).click();
  const entry = page.getByRole("navigation").getByRole("button", { name: /^Equivariance now/ });
  await expect(entry).toHaveAttribute("title", /20\d\d/, { timeout: 60_000 });
});

test("two runs side by side are on the same axes unless that is switched off", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("combobox", { name: "Model" }).selectOption("Every model, side by side");
  await page.getByRole("button", { name: "Run equivariance" }).click();
  const same = page.getByLabel("Same axes");
  await expect(same).toBeChecked({ timeout: 60_000 });
  const drawings = page.getByRole("img", { name: /^Equivariance error by element/ });
  await expect(drawings).toHaveCount(2);
  // The averaged network's losses hardly differ: on the plain one's axis they lie on a line.
  const drawing = drawings.last();
  await expect(drawing.locator("canvas")).toBeVisible();
  const shared = await drawing.screenshot();
  await same.uncheck();
  await expect
    .poll(async () => (await drawing.screenshot()).equals(shared), { message: "redrawn" })
    .toBe(false);
});

test("a study needs a name, here and when it is renamed", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: "New study…" }).click();
  const field = page.getByRole("textbox", { name: "Name" });
  // What is proposed is selected: typing replaces it.
  await page.keyboard.type("Typed");
  await expect(field).toHaveValue("Typed");
  await field.fill(" ");
  await page.getByRole("button", { name: "Create study" }).click();
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText("A study needs a name.")).toBeVisible();
  await field.fill("Named");
  await page.getByRole("button", { name: "Create study" }).click();
  const title = page.getByRole("textbox", { name: "Name of the study" });
  await title.fill("");
  await title.blur();
  await expect(page.getByText(/it is still called Named/)).toBeVisible();
  await expect(title).toHaveValue("Named");
});

test("a help text covers no other field, and numbers stand under their heads", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Set up…" }).nth(1).click();
  const samples = page.getByLabel("Samples", { exact: true });
  await samples.fill("many");
  await page.getByRole("button", { name: /^About Relative to/ }).hover();
  const tip = page.locator(".floating.tip");
  await expect(tip).toBeVisible();
  const [help, problem] = await Promise.all([
    tip.boundingBox(),
    page.locator("#parameter-samples-problem").boundingBox(),
  ]);
  expect(help!.x).toBeGreaterThan(problem!.x + 100);
  await samples.fill("4");
  await page.getByRole("button", { name: "Run equivariance" }).click();
  await page.getByRole("button", { name: "Show numbers" }).first().click({ timeout: 60_000 });
  const table = page.getByRole("region", { name: /^Numbers of/ });
  const edges = await table.evaluate((region) => {
    const align = (cell: Element): string => getComputedStyle(cell).textAlign;
    return [...region.querySelectorAll("th")].map((head, k) => [
      align(head),
      align(region.querySelectorAll("tbody tr:first-child td")[k]!),
    ]);
  });
  for (const [head, cell] of edges) expect(head).toBe(cell);
  expect(edges.at(-1)![0]).toBe("right");
});

test("a file dropped with an unfit content leaves nothing in the study", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await expect(page.getByRole("tab", { name: "Overview" })).toBeVisible();
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["no model"], "wrong.onnx"));
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
  });
  const problem = page.getByRole("alert");
  await expect(problem).toContainText("wrong.onnx");
  // An error stays until it is put away; Escape does.
  await page.keyboard.press("Escape");
  await expect(problem).toHaveCount(0);
  await addFile(page, "model", join(host.home, "studies", "jets", "uploads", "wrong.onnx"));
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("There is no file");
});
