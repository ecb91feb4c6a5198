/** Symmetries that nobody named, found in the window: from data alone, and of the example's network. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zipSync } from "fflate";
import { expect, test } from "../host";
import { addFile, expectNoOverflow, newStudy, openWindow } from "./steps";

/** A NumPy array of doubles (format version 1.0). */
function npy(shape: readonly number[], values: Float64Array): Uint8Array {
  const extents = shape.map((extent) => `${extent},`).join(" ");
  const about = `{'descr': '<f8', 'fortran_order': False, 'shape': (${extents}), }`;
  const head = `\x93NUMPY\x01\x00`;
  const text = about.padEnd(64 * Math.ceil((about.length + 11) / 64) - 11) + "\n";
  const length = String.fromCharCode(text.length % 256, Math.floor(text.length / 256));
  const header = Uint8Array.from(head + length + text, (letter) => letter.charCodeAt(0));
  return Uint8Array.from([...header, ...new Uint8Array(values.buffer)]);
}

/** Places x in the plane and |x|⁴ there: a turn is the only linear motion that keeps it. */
function roundData(): Uint8Array {
  const n = 120;
  const x = Float64Array.from({ length: 2 * n }, (_, k) => Math.sin(1.7 * k * k + 0.3 * k));
  const y = Float64Array.from({ length: n }, (_, k) => (x[2 * k]! ** 2 + x[2 * k + 1]! ** 2) ** 2);
  return zipSync({ "x.npy": npy([n, 2], x), "y.npy": npy([n, 1], y) });
}

test("a turn is found in pairs of points and values, without a model", async ({ page, host }) => {
  const file = join(host.home, "round.npz");
  await writeFile(file, roundData());
  await openWindow(page, host);
  await newStudy(page, "Round");
  await addFile(page, "data", file);
  await page.getByRole("tab", { name: "Overview" }).click();
  await page
    .getByText(/^Discovery needs no model/)
    .getByRole("button")
    .click();
  await expect(page.getByLabel("Model", { exact: true })).toHaveValue("-");
  await expect(page.getByText("120", { exact: true }).last()).toBeVisible();
  await page.getByRole("button", { name: "Run discovery" }).click();

  await expect(page.getByText(/Candidate: so\(2\), a rotation/).first()).toBeVisible({
    timeout: 60_000,
  });
  for (const name of ["Spectrum of candidates", "The generators as flows"]) {
    await expect(page.getByRole("heading", { name })).toBeVisible();
  }
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByRole("heading", { name: "Generator X1" })).toBeVisible();
  // MathML's own text: x₁∂ with index x₂ − x₂∂ with index x₁.
  await expect(inspector.locator("math").filter({ hasText: "∝" })).toHaveText(
    /^X1∝x[12]∂x[12]−x[12]∂x[12]$/,
  );
  await expectNoOverflow(page);

  await page.getByRole("button", { name: "Figure" }).first().click();
  const saved = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /^SVG/ }).click();
  await saved;
  await expect(page.getByText(/^Written to .*\.svg/)).toBeVisible();
});

test("generators are combined on fields, and a formula with an error is marked", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "Discovery" }) })
    .getByRole("button", { name: "Set up…" })
    .click();
  await page.getByLabel("Your own", { exact: true }).fill("swirl: flow (-y, q)");
  await expect(page.getByText(/“q” is no coordinate/)).toBeVisible();
  await page.getByLabel("Your own", { exact: true }).fill("swirl: flow (-y, x)");
  await expect(page.getByRole("list", { name: "As it is understood" }).locator("math")).toHaveText(
    /^Xswirlu=−ℒξu,ξ=\(−yx\)$/,
  );
  await page.getByLabel("Your own", { exact: true }).fill("");
  await page.getByLabel("Samples", { exact: true }).fill("4");
  await page.getByRole("button", { name: "Run discovery" }).click();
  await expect(page.getByRole("heading", { name: "Spectrum of candidates" })).toBeVisible({
    timeout: 120_000,
  });
  await expectNoOverflow(page);
});
