/** Files of public collections open as the program proposes them, and folders of files as one data set. */
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test, expect } from "../host";
import { addFile, expectNoOverflow, newStudy, openWindow } from "./steps";

const burgers = "pdebench_burgers_1d/1D_Burgers_Sols_Nu0.01.hdf5";

test("a file of a collection is read as it says, and the proposal is confirmed at once", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Collections");
  for (const [file, layout, fields] of [
    ["the_well_2d/example_dataset_gamma_1.4.hdf5", "The Well", "vector:velocity"],
    [burgers, "PDEBench 1-D (Burgers)", "vector:u"],
    ["zarr_v2/flow.zarr", "Zarr 2", "vector:velocity"],
  ] as const) {
    await addFile(page, "data", join(host.program, "fixtures/datasets", file));
    const reading = page.getByText(`Read as ${layout}`);
    await expect(reading).toBeVisible();
    await reading.click();
    await expect(
      page
        .getByRole("listitem")
        .filter({ hasText: /^(It|The|Its) / })
        .first(),
    ).toBeVisible();
    await expect(page.getByText(fields, { exact: false }).first()).toBeVisible();
    await page.getByRole("button", { name: "Looks right" }).click();
    await expect(page.getByRole("button", { name: "Change how it is read…" })).toBeVisible();
    await expectNoOverflow(page);
  }
});

test("values on a line are drawn as lines", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "Line");
  await addFile(page, "data", join(host.program, "fixtures/datasets", burgers));
  await expect(page.getByRole("img", { name: "u over x" })).toBeVisible();
});

test("the files of a folder open as one data set", async ({ page, host }) => {
  const folder = join(host.home, "shards");
  await mkdir(folder);
  for (const name of ["part_0.hdf5", "part_1.hdf5"]) {
    await copyFile(join(host.program, "fixtures/datasets", burgers), join(folder, name));
  }
  await openWindow(page, host);
  await newStudy(page, "Shards");
  await addFile(page, "data", folder);
  await page.getByRole("button", { name: "Open its 2 data files as one" }).click();
  await expect(page.getByText("trajectory 8 × time 6 × channel 1 × x 32")).toBeVisible();
});

test("a tensor that was left out is read once it is named", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "Tensor");
  const well = "the_well_2d/example_dataset_gamma_1.4.hdf5";
  await addFile(page, "data", join(host.program, "fixtures/datasets", well));
  await expect(page.getByText(/let “Inputs” be .*strain/)).toBeVisible();
  await page.getByText("Grid, axes, arrays and units").click();
  // As many channels as before, and other fields.
  await page.getByRole("combobox", { name: "Inputs, several with commas" }).fill("strain");
  await expect(page.getByLabel("Kind of field 1")).toHaveValue("tensor");
  await expect(page.getByLabel("Name of field 1")).toHaveValue("strain");
  await page.getByRole("button", { name: "Looks right" }).click();
  await expect(page.getByText("tensor:strain", { exact: false }).first()).toBeVisible();
  await expect(page.getByRole("img", { name: /^strain\.xy/ }).first()).toBeVisible();
  await expectNoOverflow(page);
});
