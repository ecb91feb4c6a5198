/** From the welcome page to a figure, and from the figure back to its run. */
import { readFile } from "node:fs/promises";
import { expect, test } from "../host";
import { openWindow } from "./steps";

test("four clicks lead from the welcome page to an SVG that knows its run", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Run coherence" }).click();
  await page.getByRole("button", { name: "Figure" }).first().click({ timeout: 60_000 });
  const saved = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /^SVG/ }).click();
  const path = await (await saved).path();
  const svg = await readFile(path, "utf8");
  expect(svg, "text stays text").toContain("<text");
  await expect(page.getByText(/^Written to .*\.svg/)).toBeVisible();

  // Dropped on the window, it opens the run that it shows.
  await page.getByRole("button", { name: /^Close Coherence/ }).click();
  const bytes = [...(await readFile(path))];
  await page.evaluate((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(content)], "figure.svg"));
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
  }, bytes);
  await expect(page.getByRole("tab", { name: /^Coherence/ })).toBeVisible();
});

test("a picked element is picked everywhere", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Run equivariance" }).click();
  const element = page.getByRole("group", { name: "Element" });
  await element.getByRole("button", { name: /^sr²,/ }).click({ timeout: 60_000 });
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByRole("heading", { name: "Element sr²" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Samples under sr²" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "sr²" }).getByRole("button")).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  // The worst sample first: a click on the head sorts, a click on the row picks it.
  await page.getByRole("button", { name: /^equivariance error/ }).click();
  const worst = page.locator("section", { hasText: "Samples under" }).locator("tbody tr").first();
  const name = await worst.getByRole("button").textContent();
  await worst.getByRole("button").click();
  await expect(inspector).toContainText(name!.trim());
});
