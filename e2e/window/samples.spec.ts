/** Samples of one's own data: many, of odd shapes, particles, with names that have no place to break. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeNpz } from "../../src/main/data/npz";
import { fromFloat64 } from "../../src/shared/tensor";
import { expect, test } from "../host";
import { addFile, expectNoOverflow, newStudy, openWindow } from "./steps";

/** Numbers that differ everywhere, so that no two samples look alike. */
function waves(shape: number[]): ReturnType<typeof fromFloat64> {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return fromFloat64(
    "float32",
    shape,
    Float64Array.from({ length: count }, (_, i) => Math.sin(0.37 * i)),
  );
}

test.use({ viewport: { width: 1024, height: 700 } });

test("a sample is found by its number, and where it lies in its trajectory is said", async ({
  page,
  host,
}) => {
  const path = join(host.home, "many.npz");
  await writeNpz(path, { u: waves([200, 6, 1, 8, 8]) });
  await openWindow(page, host);
  await newStudy(page, "Many");
  await addFile(page, "data", path);
  await expect(page.getByRole("heading", { name: "What are the channels?" })).toBeVisible();
  // The form asks; no warning above it says the same.
  await expect(page.getByText(/^What the channels are is not stated/)).toHaveCount(0);
  await page.getByRole("button", { name: "Looks right" }).click();
  await expect(page.getByText("of 0–999", { exact: false })).toBeVisible();
  const number = page.getByRole("group", { name: "Sample" }).getByRole("textbox");
  await number.fill("743");
  await number.press("Enter");
  await expect(page.getByText("trajectory 148, time 3", { exact: true })).toBeVisible();
  await expect(page.getByRole("img", { name: /, input, sample 743/ })).toBeVisible();
  for (const typed of ["1e9", "none", ""]) {
    await number.fill(typed);
    await number.press("Enter");
  }
  await expect(number).toHaveValue("999");
  await expect(page.getByRole("button", { name: "Next sample" })).toBeDisabled();
  // Keys move the samples, but not under a dialog.
  await number.blur();
  await page.keyboard.press("[");
  await expect(number).toHaveValue("998");
  await page.getByRole("button", { name: "Devices" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("[");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(number).toHaveValue("998");
});

test("strips and columns keep their shape within the page, and particles are rows of their numbers", async ({
  page,
  host,
}) => {
  const name = "NavierStokes_Re1000_nu0.001_dt0.01_seed42_512x512_filtered_by_a_colleague_v2_final";
  await openWindow(page, host);
  await newStudy(page, "Shapes");
  for (const [file, arrays] of [
    [`${name}_flat`, { x: waves([3, 2, 8, 128]), y: waves([3, 2, 8, 128]) }],
    [`${name}_tall`, { x: waves([3, 2, 128, 8]), y: waves([3, 2, 128, 8]) }],
    [`${name}_states`, { x: waves([9, 40]), y: waves([9, 40]) }],
  ] as const) {
    const path = join(host.home, `${file}.npz`);
    await writeNpz(path, arrays);
    await addFile(page, "data", path);
    await expect(page.getByRole("heading", { name: file })).toBeVisible();
    await page.getByRole("button", { name: "Looks right" }).click();
    await expect(page.getByRole("button", { name: "Change how it is read…" })).toBeVisible();
    await expectNoOverflow(page);
    for (const picture of await page.getByRole("img", { name: /channel/ }).all()) {
      expect((await picture.boundingBox())!.height).toBeLessThan(700);
    }
  }
  await expect(page.getByRole("columnheader", { name: "Target" })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: "channel_39" })).toBeAttached();
  const bodies = join(host.program, "fixtures/datasets/arrays/particles.npz");
  await addFile(page, "data", bodies);
  await expect(page.getByRole("rowheader", { name: "particle 0" }).first()).toBeVisible();
  await expectNoOverflow(page);
});

test("a file that does not open leaves what was typed, to be mended", async ({ page, host }) => {
  const path = join(host.home, "broken.npz");
  await writeFile(path, "no archive");
  await openWindow(page, host);
  await newStudy(page, "Typed");
  await addFile(page, "data", path);
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("broken.npz");
  await expect(page.getByRole("textbox", { name: /^Path on/ })).toHaveValue(path);
});
