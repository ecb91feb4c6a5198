/** Without sight, without a pointer, without motion: every page has names, contrast, targets and a visible focus. */
import type { Page } from "@playwright/test";
import { expect, test } from "../host";
import { flaws, nameless } from "./audit";
import { openWindow, runAnalysis } from "./steps";

async function audit(page: Page, what: string): Promise<void> {
  expect.soft(await nameless(page), `${what}: names`).toEqual([]);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    expect.soft(await flaws(page), `${what}, ${colorScheme}`).toEqual([]);
  }
}

test("every page has names for all that can be used, contrast, and targets large enough", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await expect(page.getByRole("button", { name: /Jets along x/ })).toBeVisible();
  await audit(page, "welcome");
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await expect(page.getByRole("button", { name: "Run coherence" })).toBeVisible();
  await audit(page, "overview");
  const tree = page.getByRole("navigation", { name: "Study" });
  await tree.getByRole("button", { name: "Jets along x", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Statistics" })).toBeVisible();
  await audit(page, "data");
  await page.getByRole("button", { name: "Change how it is read…" }).click();
  await audit(page, "how data are read");
  await tree.getByRole("button", { name: "Plain network", exact: true }).click();
  await audit(page, "model");
  await tree.getByRole("button", { name: "Overview" }).click();
  const count = await page.getByRole("button", { name: "Set up…" }).count();
  for (let i = 0; i < count; i++) {
    await page.getByRole("tab", { name: "Overview" }).click();
    await page.getByRole("button", { name: "Set up…" }).nth(i).click();
    await page.getByText("Advanced").click();
    await audit(page, `form ${i}`);
  }
  for (const title of ["equivariance", "landscape", "Lie derivative"]) {
    await runAnalysis(page, title);
    await page.getByRole("button", { name: "Show numbers" }).first().click();
    await audit(page, title);
  }
  await page.getByRole("button", { name: "Jobs", exact: true }).click();
  await audit(page, "jobs");
  await page.getByRole("button", { name: "Devices" }).click();
  await expect(page.locator("[data-device='onnxruntime:cpu']")).toContainText("Ready", {
    timeout: 60_000,
  });
  expect.soft(await nameless(page), "devices: names").toEqual([]);
});

test("the focus is always seen, and comes back to what opened a dialog or a menu", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await runAnalysis(page, "equivariance");
  const unseen = new Set<string>();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const flaw = await page.evaluate(() => {
      const focused = document.activeElement!;
      if (focused === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(focused);
      const box = focused.getBoundingClientRect();
      const inside =
        box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
      return inside && outlineStyle !== "none" && parseFloat(outlineWidth) >= 1
        ? null
        : `${focused.localName}.${focused.className} ${focused.textContent?.trim().slice(0, 30)}`;
    });
    if (flaw !== null) unseen.add(flaw);
  }
  expect([...unseen]).toEqual([]);

  for (const [opener, role] of [
    [page.getByRole("button", { name: "Devices" }), "dialog"],
    [page.getByRole("button", { name: "Search or do… " }), "dialog"],
    [page.getByRole("navigation").getByRole("button", { name: "Add data" }), "dialog"],
    [page.getByRole("button", { name: "Figure" }).first(), "menu"],
    [page.getByRole("button", { name: "Set apart" }), "radiogroup"],
    [page.getByRole("button", { name: "Study menu" }), "menu"],
  ] as const) {
    await opener.focus();
    await page.keyboard.press("Enter");
    const opened = page.getByRole(role);
    await expect(opened.first()).toBeVisible();
    expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true);
    await page.keyboard.press("Escape");
    await expect(opened).toHaveCount(0);
    await expect(opener).toBeFocused();
  }
});
