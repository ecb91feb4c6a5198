/** Components that a file stores otherwise than it says: noticed, read as the data show, and undone. */
import { join } from "node:path";
import { fromFloat64 } from "../../src/shared/tensor";
import { writeNpz } from "../../src/main/data/npz";
import { expect, test } from "../host";
import { addFile, expectNoOverflow, newStudy, openWindow } from "./steps";

test("the proposal of the convention check is applied by a button, edited and undone", async ({
  page,
  host,
}) => {
  // Flows without divergence whose components lie as (vy, vx).
  const n = 16;
  const values = new Float64Array(4 * 2 * n * n);
  for (let b = 0; b < 4; b++) {
    for (let i = 0; i < n * n; i++) {
      const [px, py] = [(2 * Math.PI * (1 + (b % 2)) * (i % n)) / n, (2 * Math.PI * (2 + b) * Math.floor(i / n)) / n]; // prettier-ignore
      values[(2 * b + 1) * n * n + i] = -(2 + b) * Math.cos(px) * Math.cos(py);
      values[2 * b * n * n + i] = -(1 + (b % 2)) * Math.sin(px) * Math.sin(py);
    }
  }
  const path = join(host.home, "exchanged.npz");
  const x = fromFloat64("float32", [4, 2, n, n], values);
  await writeNpz(path, { x, y: x });
  await openWindow(page, host);
  await newStudy(page, "Conventions");
  await addFile(page, "data", path);
  await page.getByLabel("Kind of field 1").selectOption("vector");
  await page.getByLabel("Name of field 1").fill("v");

  // Where the fields are confirmed it is said what the data make of them, as they are stated there at this moment.
  const form = page.locator("form").filter({ hasText: "What are the channels?" });
  const confirm = form.getByRole("button", { name: "Looks right" });
  const proposed = form.getByRole("button", { name: "Read the stored components as (vy, vx)" });
  await expect(form.getByText("Another convention fits better.")).toBeVisible();
  await expect(proposed).toHaveClass(/primary/);
  await expect(confirm).not.toHaveClass(/primary/);
  await page.getByLabel("Components stored of field 1").selectOption("(y,x)");
  await expect(form.getByText("The stated convention fits.")).toBeVisible();
  await expect(proposed).toHaveCount(0);
  await expect(confirm).toHaveClass(/primary/);
  await page.getByLabel("Components stored of field 1").selectOption("");
  await expect(proposed).toBeVisible();
  await expectNoOverflow(page);
  await confirm.click();

  const check = page.getByRole("region", { name: "Convention check" });
  const apply = check.getByRole("button", { name: "Read the stored components as (vy, vx)" });
  await expect(check.getByText("Another convention fits better.")).toBeVisible();
  await expect(check.getByText("decides", { exact: true }).first()).toBeVisible();
  await expect(check.getByText(/^weight 0/).first()).toBeVisible();
  await expectNoOverflow(page);
  await apply.click();
  await expect(check.getByText("The stated convention fits.")).toBeVisible();

  const stored = page.getByLabel("Components stored of field 1");
  const change = page.getByRole("button", { name: "Change how it is read…" });
  await change.click();
  await expect(stored).toHaveValue("(y,x)");
  await stored.selectOption("");
  await page.getByRole("button", { name: "Read the stored components as (vy, vx)" }).click();
  await expect(stored).toHaveCount(0);
  await expect(check.getByText("The stated convention fits.")).toBeVisible();

  await change.click();
  await stored.selectOption("");
  await page.getByText("Grid, axes, arrays and units").click();
  await page.getByLabel("Boundary along y").selectOption("wall");
  await page.getByLabel("Spacing along x").fill("0.5");
  await page.getByRole("textbox", { name: "Units" }).fill("v=m/s");
  await page.getByRole("button", { name: "Read it so" }).click();
  await expect(stored).toHaveCount(0);
  await expect(page.getByText("v.x (m/s)").first()).toBeVisible();
  await expect(page.getByText("x periodic, y wall").first()).toBeVisible();
});
