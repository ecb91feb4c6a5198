import { expect, test } from "vitest";
import { unitGrid } from "../../../shared/fields/spec";
import { averaged, coarsened } from "./coarse";

test("a plane of 512 × 512 is looked at in blocks of 4 × 4, one of 128 × 128 at every point", () => {
  const { grid, block } = coarsened(unitGrid([512, 512]));
  expect([grid.size, block]).toEqual([[128, 128], 4]);
  expect(grid.length).toEqual(unitGrid([512, 512]).length);
  expect(coarsened(unitGrid([128, 128])).block).toBe(1);
  expect(coarsened(unitGrid([64, 64, 64]))).toMatchObject({
    block: 2,
    grid: { size: [32, 32, 32] },
  });
});

test("an axis that cannot be halved leaves the grid as it is", () => {
  expect(coarsened(unitGrid([255, 512])).block).toBe(1);
});

test("averages are those of blocks along every axis", () => {
  // Of a[i, j] = 8i + j on 4 × 8, blocks of 2 × 2 have the mean of their middle.
  const field = Float32Array.from({ length: 32 }, (_, k) => k);
  expect([...averaged(field, [4, 8], 2)]).toEqual([4.5, 6.5, 8.5, 10.5, 20.5, 22.5, 24.5, 26.5]);
  expect([...averaged(field, [4, 8], 1)]).toEqual([...field]);
});
