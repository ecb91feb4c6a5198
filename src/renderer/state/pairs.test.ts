import { expect, test } from "vitest";
import { someData, someModel } from "./fakeClient";
import { misfit } from "./pairs";
import type { ModelEntry } from "../../shared/contract";

const taking = (...shapes: (number | null)[][]): ModelEntry => {
  const model = someModel();
  const inputs = shapes.map((shape, k) => ({ name: `x${k}`, dtype: "float32", shape }));
  return { ...model, info: { ...model.info, inputs } };
};

test("data fit a model whose input has a state's shape, open extents anything", () => {
  expect(misfit(taking([null, 3, 8, 8]), someData())).toBeNull();
  expect(misfit(taking([4, 3, null, null]), someData())).toBeNull();
  expect(misfit(taking([null, 1], [null, 3, 8, 8]), someData())).toBeNull();
  expect(misfit(someModel(), someData())).toBeNull();
});

test("others are named with both shapes", () => {
  expect(misfit(taking([null, 2, 8, 8]), someData())).toBe(
    "unet takes states of 2 × 8 × 8, those of flow are 3 × 8 × 8.",
  );
  expect(misfit(taking([null, 12]), someData())).not.toBeNull();
});
