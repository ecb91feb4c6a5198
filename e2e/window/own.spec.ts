/** A researcher's own model and data, from two files to coherence. */
import { readFile } from "node:fs/promises";
import { expect, test } from "../host";
import { addUnet, newStudy, openWindow, runAnalysis } from "./steps";

test("two files, their fields and one click give the coherence of the fixture", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Own checkpoint");
  await addUnet(page, host);
  await expect(page.getByRole("heading", { name: "Convention check" })).toBeVisible();
  await runAnalysis(page, "coherence");
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await page.getByRole("group", { name: "Element" }).getByRole("button", { name: /^e,/ }).click();
  // A state teaches itself everything.
  await expect(inspector.getByText("Cosine", { exact: true }).first()).toBeVisible();
  await expect(inspector.locator("dd strong").first()).toHaveText("1");
  // The CSV has a number for every element.
  await page.getByRole("button", { name: "Figure" }).first().click();
  const saved = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /^CSV/ }).click();
  const csv = await readFile(await (await saved).path(), "utf8");
  for (const element of ["e", "r", "r2", "r3", "s", "sr", "sr2", "sr3"]) {
    expect(csv).toMatch(new RegExp(`(^|,)"?${element}"?,`, "m"));
  }
});

test("again with other parameters starts from those of the run", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "Again");
  await addUnet(page, host);
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Set up…" }).nth(1).click();
  await page.getByLabel("Samples", { exact: true }).fill("2");
  await page.getByLabel("Group", { exact: true }).selectOption("c4");
  await expect(page.getByRole("term").filter({ hasText: "Time" })).toBeVisible();
  await page.getByRole("button", { name: "Run equivariance" }).click();
  await page.getByRole("button", { name: "Again with other parameters…" }).click();
  await expect(page.getByLabel("Samples", { exact: true })).toHaveValue("2");
  await expect(page.getByLabel("Group", { exact: true })).toHaveValue("c4");
});

test("an edit is undone and done again", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "First name");
  const name = page.getByRole("textbox", { name: "Name of the study" });
  await name.fill("Second name");
  await name.press("Enter");
  await name.blur();
  await expect(page).toHaveTitle(/^Second name/);
  await page.keyboard.press("ControlOrMeta+z");
  await expect(name).toHaveValue("First name");
  await page.keyboard.press("ControlOrMeta+Shift+z");
  await expect(name).toHaveValue("Second name");
});
