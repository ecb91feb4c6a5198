/** Particles that a file's ranks make fields on a line, read as what they are. */
import { join } from "node:path";
import { fromFloat64 } from "../../src/shared/tensor";
import { writeNpz } from "../../src/main/data/npz";
import { expect, test } from "../host";
import { addFile, newStudy, openWindow } from "./steps";

test("typed axes bring the channels that the fields are stated for", async ({ page, host }) => {
  const path = join(host.home, "particles.npz");
  const numbers = Array.from({ length: 20 * 12 }, (_, i) => Math.sin(i));
  await writeNpz(path, { x: fromFloat64("float32", [20, 3, 4], numbers) });
  await openWindow(page, host);
  await newStudy(page, "Particles");
  await addFile(page, "data", path);
  const names = page.getByLabel(/^Name of field/);
  const confirm = page.getByRole("button", { name: "Looks right" });
  await expect(names).toHaveCount(3);
  await page.getByText("Grid, axes, arrays and units").click();
  const axes = page.getByRole("textbox", { name: /^Axes/ });

  await axes.fill("b,n,f");
  await expect(page.getByText(/trajectory is there twice\. Use each axis once/)).toBeVisible();
  await expect(confirm).toBeDisabled();

  await axes.fill("n,p,c");
  await expect(names).toHaveCount(4);
  await page.getByLabel("Kind of field 1").selectOption("vector");
  await page.getByLabel("Name of field 1").fill("q");
  await page.getByLabel("Kind of field 2").selectOption("vector");
  await page.getByLabel("Name of field 2").fill("v");
  await expect(names).toHaveCount(2);
  await confirm.click();
  await expect(page.getByText(/20 samples · .*particle 3 × channel 4/)).toBeVisible();
  await expect(page.getByRole("heading", { name: "Convention check" })).toHaveCount(0);
  await expect(page.getByText("holds no fields on a plane grid")).toHaveCount(0);
});
