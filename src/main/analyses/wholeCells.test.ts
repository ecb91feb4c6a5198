import { expect, test } from "vitest";
import { unitGrid } from "../../shared/fields/spec";
import { createReferenceExecutor } from "../runtime/reference";
import type { Network } from "./context";
import { sampleNetwork } from "./network";
import { circularCnn, networkOf, randomTensor } from "./testing";
import { commutesByCells } from "./wholeCells";

const axesOf = (
  model: Network,
  onGrid = true,
  grid = unitGrid([12, 16]),
  cells = 1,
): Promise<number[]> =>
  commutesByCells(
    createReferenceExecutor(),
    model,
    sampleNetwork(model),
    grid,
    randomTensor([3, 1, ...grid.size], 5),
    onGrid,
    () => undefined,
    cells,
  );

test("a network commutes with shifts by one cell along the axes that it wraps around", async () => {
  const beside = (mode: "wrap" | "constant"): Network =>
    networkOf([1, 12, 16], {}, (g, x) => {
      const wide = g.pad(x, [0, 0, 0, 0, 0, 0, 0, 1], { mode });
      return g.mul(x, g.slice(wide, [{ axis: 3, start: 1 }]));
    });
  expect(await axesOf(beside("wrap"))).toEqual([0, 1]);
  expect(await axesOf(beside("constant"))).toEqual([0]);
  expect(await axesOf(circularCnn(1, 16), true, unitGrid([16, 16]))).toEqual([0, 1]);
  // Walls are no circle.
  const walls = { ...unitGrid([12, 16]), periodic: [true, false] };
  expect(await axesOf(beside("wrap"), true, walls)).toEqual([0]);
});

test("a number that the network predicts must stay", async () => {
  const mean = networkOf([1, 12, 16], {}, (g, x) => g.mean(g.mul(x, x), [2, 3]));
  const corner = networkOf([1, 12, 16], {}, (g, x) => g.slice(x, [{ axis: 3, end: 1 }]));
  expect(await axesOf(mean, false)).toEqual([0, 1]);
  expect(await axesOf(corner, false)).toEqual([]);
});

test("a network that strides by two commutes with shifts by two cells", async () => {
  const strided = networkOf([1, 12, 16], {}, (g, x) => {
    const every = g.slice(x, [{ axis: 3, step: 2 }]);
    const twice = g.node("Resize", [every], { factors: [1, 1, 1, 2] })[0]!;
    return g.mul(x, twice);
  });
  expect(await axesOf(strided)).toEqual([0]);
  expect(await axesOf(strided, true, unitGrid([12, 16]), 2)).toEqual([0, 1]);
});
