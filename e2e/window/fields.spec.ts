/** Looking at fields: arrows, one zoom for all panels, and what is stated of the data. */
import { expect, test } from "../host";
import { addUnet, newStudy, openWindow } from "./steps";

test("every panel shows the part that was zoomed into in one of them", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "Fields");
  await addUnet(page, host);
  const panels = page.getByRole("region", { name: "Fields" }).getByRole("img");
  const parts = (): Promise<string[]> =>
    panels
      .locator("canvas:first-child")
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).transform));
  const whole = await parts();
  expect(new Set(whole).size).toBe(1);
  await panels.first().hover();
  await page.mouse.wheel(0, -300);
  await expect.poll(parts).not.toEqual(whole);
  expect(new Set(await parts()).size, "the same part in all").toBe(1);
  const near = await parts();
  await page.keyboard.press("ArrowRight");
  await expect.poll(parts).not.toEqual(near);
  await page.keyboard.press("0");
  await expect.poll(parts).toEqual(whole);
  await page.mouse.wheel(0, -300);
  await expect.poll(parts).not.toEqual(whole);
  await page.mouse.wheel(0, 3000);
  await expect.poll(parts, { message: "the wheel zooms out again" }).toEqual(whole);
});

test("arrows are drawn over both components of a vector, and over its orbit", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Fields");
  await addUnet(page, host);
  const arrows = page.getByRole("img", { name: /^velocity/ }).locator("canvas[aria-hidden]");
  await expect(arrows).toHaveCount(0);
  await page.getByRole("checkbox", { name: "Arrows" }).check();
  // Input and target of two components, and eight images of both.
  await expect(arrows).toHaveCount(4 + 16);
  const inked = await arrows.first().evaluate((canvas: HTMLCanvasElement) =>
    canvas
      .getContext("2d")!
      .getImageData(0, 0, canvas.width, canvas.height)
      .data.some((value) => value > 0),
  );
  expect(inked).toBe(true);
});

test("a symmetry stated with one's own data is kept and answers the remark", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Stated");
  await addUnet(page, host);
  const symmetry = page.getByLabel("Symmetry of the dynamics", { exact: true });
  await page.getByRole("button", { name: "Change how it is read…" }).click();
  await expect(symmetry).toHaveValue("");
  await symmetry.selectOption("d4");
  await page.getByRole("button", { name: "Read it so" }).click();
  // Reading it otherwise later does not take the statement away.
  await page.getByRole("button", { name: "Change how it is read…" }).click();
  await page.getByLabel("Name of field 2").fill("flow");
  await page.getByRole("button", { name: "Read it so" }).click();
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Run equivariance" }).click();
  await expect(page.getByText(/symmetric under D4.*as stated with the data/)).toBeAttached({
    timeout: 60_000,
  });
  await expect(page.getByText(/not established/)).toHaveCount(0);
});
