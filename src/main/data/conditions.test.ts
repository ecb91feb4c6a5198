import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { act } from "../../shared/groups/act";
import { d4 } from "../../shared/groups/catalogue";
import { toFloat64 } from "../../shared/tensor";
import { openData, type DataSet } from "./dataset";
import { normalisationOf, scalesOfOutput } from "./normalise";
import { writeNpz } from "./npz";

let folder = "";
let path = "";
const points = 16;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conditions-"));
  path = join(folder, "states.npz");
  const data = Float64Array.from({ length: 2 * 5 * 3 * points }, (_, i) => Math.sin(i * i));
  await writeNpz(path, {
    states: { dtype: "float64", shape: [2, 5, 3, 4, 4], data },
    viscosity: { dtype: "float64", shape: [2], data: Float64Array.of(0.25, 0.5) },
    forcing: {
      dtype: "float64",
      shape: [2, 5],
      data: Float64Array.from({ length: 10 }, (_, i) => i),
    },
    time: { dtype: "float64", shape: [5], data: Float64Array.of(0, 1, 2, 3, 4).map((k) => k / 8) },
  });
});
afterAll(() => rm(folder, { recursive: true }));
const fields = "scalar:p,vector:v";

async function opened<T>(
  conditions: string,
  use: (data: DataSet) => Promise<T>,
  history = 1,
): Promise<T> {
  const data = await openData(path, { fields, conditions, history });
  try {
    return await use(data);
  } finally {
    await data.close();
  }
}

test("conditions are channels behind the state's own, the same at every point", async () => {
  const conditions = "nu=viscosity,f=forcing,t=time,c=-3";
  await opened(conditions, async (data) => {
    expect(data.channels.map(({ name }) => name)).toEqual(["p", "v.x", "v.y", "nu", "f", "t", "c"]);
    const { input, target } = await data.read([4 + 2]);
    const plain = await opened("", (states) => states.read([4 + 2]));
    const values = [...toFloat64(input)];
    expect(values.slice(0, 3 * points)).toEqual([...toFloat64(plain.input)]);
    // Trajectory 1, time 2.
    [0.5, 7, 0.25, -3].forEach((value, k) =>
      expect(new Set(values.slice((3 + k) * points, (4 + k) * points))).toEqual(new Set([value])),
    );
    expect(target!.shape).toEqual([1, 3, 4, 4]);
    expect(data.outputFields!.map(({ name }) => name)).toEqual(["p", "v"]);
  });
});

test("what depends on time is that of the last state of the input", async () => {
  await opened(
    "f=forcing,t=time",
    async (data) => {
      const values = toFloat64((await data.read([0])).input);
      expect([values[9 * points], values[10 * points]]).toEqual([2, 0.25]);
    },
    3,
  );
});

test("a group leaves them as they are", async () => {
  await opened("t=time", async (data) => {
    const { input } = await data.read([3]);
    const moved = act(d4.elements[1]!, toFloat64(input), input.shape, data.fields!);
    expect([...moved.slice(3 * points)]).toEqual([...toFloat64(input).slice(3 * points)]);
  });
});

test("a normalisation leaves them as they are, and is that of the states alone", async () => {
  const [own, told] = await Promise.all(
    ["", "nu=viscosity,t=time"].map((text) =>
      opened(text, (data) => normalisationOf("pooled", data)),
    ),
  );
  expect(told!.mean).toEqual([...own!.mean, 0, 0]);
  expect(told!.std).toEqual([...own!.std, 1, 1]);
  expect(scalesOfOutput(told!, 3, "state", 2)).toMatchObject({ mean: own!.mean, std: own!.std });
});

test.each([
  ["nu", "“nu” is no condition"],
  ["nu=1,nu=2", "stated twice"],
  ["nu=absent", "there is no array absent for nu"],
  ["nu=states", "neither one number, nor one for each of 2 trajectories or 5 times"],
])("%s is refused in words that say why", async (conditions, why) => {
  await expect(opened(conditions, () => Promise.resolve())).rejects.toMatchObject({
    code: "data/conditions",
    message: expect.stringContaining(why) as string,
  });
});

test("behind the last state times go on, numbers that stay stay, and others are not known", async () => {
  await opened("nu=viscosity,f=forcing,t=time,c=-3", ({ states }) => {
    expect(states.told!({ trajectory: 0, time: 4 })).toEqual([0.25, 4, 0.5, -3]);
    expect(states.told!({ trajectory: 0, time: 7 })).toEqual([0.25, NaN, 7 / 8, -3]);
    return Promise.resolve();
  });
});
