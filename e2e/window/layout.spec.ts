/** Small and large windows, light and dark: nothing sticks out. */
import { expect, test } from "../host";
import { addUnet, expectNoOverflow, newStudy, openWindow, runAnalysis } from "./steps";

test.use({ viewport: { width: 1024, height: 700 }, colorScheme: "dark" });

test("at 1024 × 700 no page is wider than its place, and the inspector is a drawer", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await expectNoOverflow(page);
  await newStudy(page, "Small");
  await expectNoOverflow(page);
  await addUnet(page, host);
  await expectNoOverflow(page);
  await page.getByRole("navigation").getByRole("button", { name: "model", exact: true }).click();
  await expectNoOverflow(page);
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Set up…" }).last().click();
  await page.getByText("Advanced").click();
  await expectNoOverflow(page);
  await runAnalysis(page, "equivariance");
  await expect(page.locator("canvas").first()).toBeVisible();
  await expectNoOverflow(page);
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector).toHaveCount(0);
  await page.keyboard.press("Alt+3");
  await expect(inspector).toBeVisible();
  await expectNoOverflow(page);
});

test("at 1024 × 700 two pages stand side by side, each within its half", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Run equivariance" }).click();
  await expect(page.getByRole("heading", { name: /^Samples under/ })).toBeVisible({
    timeout: 60_000,
  });
  await page.getByRole("button", { name: "Side by side" }).click();
  const beside = page.getByRole("region", { name: "Page beside" });
  await expect(beside.getByRole("heading", { name: /^Samples under/ })).toBeVisible();
  const tree = page.getByRole("navigation", { name: "Study" });
  for (const name of ["Jets along x", "Plain network"]) {
    await tree.getByRole("button", { name, exact: true }).click();
    await expect(page.getByRole("tabpanel").getByRole("heading", { name })).toBeVisible();
    await expectNoOverflow(page);
  }
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Set up…" }).first().click();
  await page.getByText("Advanced").click();
  await expectNoOverflow(page);
});

test("at 1024 × 700 a run gives its figure six tenths of the height", async ({ page, host }) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Run coherence" }).click();
  const figure = page.getByRole("region", { name: "Coherence by element" });
  await expect(figure).toBeVisible({ timeout: 60_000 });
  const seen = await figure.evaluate((card) => {
    const page = card.closest(".page")!.getBoundingClientRect();
    const { top, bottom } = card.getBoundingClientRect();
    return Math.min(bottom, page.bottom) - Math.max(top, page.top);
  });
  expect(seen).toBeGreaterThanOrEqual(0.6 * 700);
});

test("the theme follows the system until it is chosen", async ({ page, host }) => {
  await openWindow(page, host);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("theme: dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});
