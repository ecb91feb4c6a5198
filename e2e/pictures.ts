/** What the README shows, from the bundled example; `pictures.config.ts` says how to run it. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "./host";
import { openWindow } from "./window/steps";

/** Bytes that a reader of the README downloads at most for a picture. */
const MOST = 300_000;

test("the example's coherence, with a quarter turn picked", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Run coherence" }).click();
  await expect(page.getByRole("button", { name: "Figure" }).first()).toBeVisible({
    timeout: 60_000,
  });
  await page.mouse.move(0, 0);
  // The chart is drawn a moment after the page around it: until two looks see the same.
  let before: Buffer | undefined;
  await expect
    .poll(async () => {
      const last = before;
      before = await page.screenshot();
      return last?.equals(before);
    })
    .toBe(true);
  const path = join(host.program, "resources", "screenshots", "coherence.png");
  await page.screenshot({ path, animations: "disabled" });
  expect((await stat(path)).size).toBeLessThan(MOST);
});
