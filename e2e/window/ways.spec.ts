/** Ways into a study and around it: files that are dropped, a path that is typed, the browser's own Back. */
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "../host";
import { newStudy, openWindow } from "./steps";

test("a model and data dropped on the welcome page begin a study", async ({ page, host }) => {
  const jets = join(host.program, "resources", "examples", "jets");
  await openWindow(page, host);
  const files = await Promise.all(
    ["jets.npz", "plain.onnx"].map(async (name) => ({
      name,
      content: (await readFile(join(jets, name))).toString("base64"),
    })),
  );
  await page.evaluate((dropped) => {
    const transfer = new DataTransfer();
    for (const { name, content } of dropped) {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
  }, files);
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("textbox", { name: "Name" })).toHaveValue("plain");
  await expect(dialog).toContainText("plain.onnx, jets.npz");
  await dialog.getByRole("button", { name: "Create study" }).click();
  const tree = page.getByRole("navigation", { name: "Study" });
  await expect(tree.getByRole("button", { name: /^plain/ })).toBeVisible();
  await expect(tree.getByRole("button", { name: /^jets/ })).toBeVisible();
});

test("a study opens by its folder, by its study.json, and a newer one is refused in the dialog", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "By path");
  const path = await page.evaluate(() => sessionStorage.getItem("noetherscope-study"));
  const name = page.getByRole("textbox", { name: "Name of the study" });
  for (const typed of [path!, join(path!, "study.json")]) {
    await page.goBack();
    await page.getByRole("button", { name: "Open study…" }).click();
    await page.getByRole("textbox", { name: /^Path on/ }).fill(typed);
    await page.getByRole("button", { name: "Go" }).click();
    await expect(name).toHaveValue("By path");
  }
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Noetherscope" })).toBeVisible();
  const document = join(path!, "study.json");
  const json = JSON.parse(await readFile(document, "utf8")) as Record<string, unknown>;
  await writeFile(document, JSON.stringify({ ...json, format: 99 }));
  await page.getByRole("button", { name: "Open study…" }).click();
  await page.getByRole("textbox", { name: /^Path on/ }).fill(path!);
  await page.getByRole("button", { name: "Go" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("newer version");
  // A click in the list does as well.
  await writeFile(document, JSON.stringify(json));
  await page.getByRole("button", { name: "study.json" }).click();
  await expect(name).toHaveValue("By path");
});

test("Back and Forward walk the pages, also after a reload", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  const tab = (what: string | RegExp) => page.getByRole("tab", { name: what, selected: true });
  await expect(tab("Overview")).toBeVisible();
  const tree = page.getByRole("navigation", { name: "Study" });
  await tree.getByRole("button", { name: /^D4-averaged/ }).click();
  await expect(tab(/averaged/i)).toBeVisible();
  await page.goBack();
  await expect(tab("Overview")).toBeVisible();
  await page.goForward();
  await expect(tab(/averaged/i)).toBeVisible();
  await page.reload();
  await expect(tab(/averaged/i)).toBeVisible();
  await page.goBack();
  await expect(tab("Overview")).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Noetherscope" })).toBeVisible();
  await page.goForward();
  await expect(tab("Overview")).toBeVisible();
});

test("an export for print shows nothing picked, and is called by its figure", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Run equivariance" }).click();
  const figure = page.getByRole("button", { name: "Figure" }).first();
  await figure.click({ timeout: 60_000 });
  const marked = "#dbeafe";
  const saved = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /^SVG/ }).click();
  expect(await readFile(await (await saved).path(), "utf8")).not.toContain(marked);
  await page.getByRole("group", { name: "Element" }).getByRole("button", { name: /^r,/ }).click();
  await figure.click();
  await page.getByRole("menuitemcheckbox", { name: "With what is picked" }).click();
  const again = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /^SVG/ }).click();
  const download = await again;
  expect((await readFile(await download.path(), "utf8")).toLowerCase()).toContain(marked);
  const entry = page
    .getByRole("navigation", { name: "Study" })
    .getByRole("button", { name: /^Equivariance error by element SVG/ });
  await expect(entry).toHaveCount(2);
  await expect(entry.first()).toHaveAttribute(
    "title",
    new RegExp(basename(download.suggestedFilename())),
  );
});
