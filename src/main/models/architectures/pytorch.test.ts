/** Against the same networks written in PyTorch (fixtures/architectures/make.py), by their own names and weights. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { toFloat64 } from "../../../shared/tensor";
import { readNpz } from "../../data/npz";
import { networkPlan } from ".";
import { evaluated, onGrid } from "./testing";

const fixtures = join(import.meta.dirname, "../../../../fixtures/architectures");

/** Both in double precision; sums are taken in another order. */
const ROUNDING = 1e-13;

test.each([
  ["cnn", { width: 8, depth: 1 }],
  ["unet", { width: 4, levels: 2 }],
  ["vit", { width: 8, depth: 2, heads: 2, patch: 4 }],
  ["fno", { width: 4, depth: 2, modes: 3 }],
])("%s has PyTorch's parameters and gives its numbers", async (id, parameters) => {
  const arrays = await readNpz(join(fixtures, `${id}.npz`));
  const { x, y, ...weights } = Object.fromEntries(arrays);
  const plan = networkPlan({ id, preset: null, parameters }, onGrid("vector:v", [16, 16]));
  const named = plan.parameters.map(({ name, shape }) => `${name} ${shape.join()}`).sort();
  const theirs = Object.entries(weights).map(([name, { shape }]) => `${name} ${shape.join()}`);
  expect(named).toEqual(theirs.sort());
  const found = evaluated(plan, new Map(Object.entries(weights)), 2)(toFloat64(x!));
  const wanted = toFloat64(y!);
  const size = Math.max(...wanted.map(Math.abs));
  const worst = Math.max(...found.map((value, i) => Math.abs(value - wanted[i]!))) / size;
  expect(worst).toBeLessThan(ROUNDING);
});
