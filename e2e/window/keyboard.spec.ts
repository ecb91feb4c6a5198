/** The whole way without a pointer. */
import { expect, test } from "../host";
import { openWindow } from "./steps";

test("from the welcome page to a run and a table of its numbers by keyboard alone", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await expect(page.getByRole("button", { name: /Jets along x/ })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("jets");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Run coherence" })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("new equi");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("term").filter({ hasText: "Time" })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByRole("heading", { name: "Element r", exact: true })).toBeVisible({
    timeout: 60_000,
  });
  await page.keyboard.press("ArrowRight");
  await expect(inspector.getByRole("heading", { name: "Element r²" })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("combobox", { name: "Sample" })).toHaveValue("1");
  // The chart is reached by Tab and gives its numbers at the press of a key.
  const chart = page.getByRole("img", { name: /^Equivariance error by element/ });
  for (let i = 0; i < 60; i++) {
    if (await chart.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await expect(chart).toBeFocused();
  await page.keyboard.press("t");
  await expect(page.getByRole("region", { name: /^Numbers of/ })).toBeVisible();
});

test("the map of keys opens with ? and closes with Escape", async ({ page, host }) => {
  await openWindow(page, host);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard map" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("panels close and open by key, and stay so after a reload", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  const tree = page.getByRole("navigation", { name: "Study" });
  await expect(tree).toBeVisible();
  await page.keyboard.press("Alt+1");
  await expect(tree).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("tab", { name: "Overview" })).toBeVisible();
  await expect(tree).toHaveCount(0);
});
