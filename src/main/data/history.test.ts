import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { act } from "../../shared/groups/act";
import { d4 } from "../../shared/groups/catalogue";
import { toFloat64 } from "../../shared/tensor";
import { openData } from "./dataset";
import { scalesOfOutput } from "./normalise";
import { writeNpz } from "./npz";

let folder = "";
let path = "";
const size = 3 * 16;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "history-"));
  path = join(folder, "states.npz");
  const data = Float64Array.from({ length: 2 * 5 * size }, (_, i) => Math.sin(i * i));
  await writeNpz(path, { states: { dtype: "float64", shape: [2, 5, 3, 4, 4], data } });
});
afterAll(() => rm(folder, { recursive: true }));
const fields = "scalar:p,vector:v";

test("an input of three states is those states, and its target the one after them", async () => {
  const [one, three] = [await openData(path, { fields }), await openData(path, { fields, history: 3 })]; // prettier-ignore
  expect(three.sampleCount).toBe(2 * 2);
  expect(three.place(3)).toEqual({ index: 3, trajectory: 1, time: 1 });
  const { input, target } = await three.read([3]);
  expect(input.shape).toEqual([1, 9, 4, 4]);
  const frames = await one.states.read([1, 2, 3].map((time) => ({ trajectory: 1, time })));
  expect([...toFloat64(input)]).toEqual([...toFloat64(frames)]);
  const after = await one.states.read([{ trajectory: 1, time: 4 }]);
  expect([...toFloat64(target!)]).toEqual([...toFloat64(after)]);
  await one.close();
  await three.close();
});

test("every state of an input moves as it does alone", async () => {
  const data = await openData(path, { fields, history: 2 });
  expect(data.outputFields!.map(({ name }) => name)).toEqual(["p", "v"]);
  const { input } = await data.read([0]);
  const moved = act(d4.elements[1]!, toFloat64(input), input.shape, data.fields!);
  for (const k of [0, 1]) {
    const alone = toFloat64(input).slice(k * size, (k + 1) * size);
    const expected = act(d4.elements[1]!, alone, [1, 3, 4, 4], data.outputFields!);
    expect([...moved.slice(k * size, (k + 1) * size)]).toEqual([...expected]);
  }
  await data.close();
});

test("changes are scaled without offset, as targets are by the last state’s numbers", () => {
  const norm = { mean: [1, 2, 3, 4], std: [5, 6, 7, 8], source: "" };
  expect(scalesOfOutput(norm, 2, "state", 0)).toMatchObject({ mean: [3, 4], std: [7, 8] });
  expect(scalesOfOutput(norm, 2, "change", 0)).toMatchObject({ mean: [0, 0], std: [7, 8] });
});

test("too long a history is refused in one sentence", async () => {
  await expect(openData(path, { fields, history: 5 })).rejects.toThrow("5 states a trajectory, which are too few for inputs of 5"); // prettier-ignore
});

test("times that lie beside the states are those of the earliest in each input, and the step stays", async () => {
  const timed = join(folder, "timed.npz");
  const data = Float64Array.from({ length: 2 * 5 * size }, (_, i) => Math.sin(i * i));
  await writeNpz(timed, {
    states: { dtype: "float64", shape: [2, 5, 3, 4, 4], data },
    time: { dtype: "float64", shape: [5], data: Float64Array.of(1, 1.5, 2, 2.5, 3) },
  });
  const three = await openData(timed, { fields, history: 3 });
  expect(three.dt).toBe(0.5);
  expect(three.coordinates.time).toEqual([1, 1.5, 2]);
  await three.close();
});
