import { expect, test } from "vitest";
import { coherenceRun } from "../../shared/charts/madeUpRuns";
import { UserError } from "../../shared/errors";
import { FakeClient } from "./fakeClient";
import { Runs } from "./runs.svelte";
import { Samples } from "./samples.svelte";
import { Selection } from "./selection.svelte";

test("a run is read once, with the arrays that its figures need and nothing else", async () => {
  const run = coherenceRun();
  const record = { ...run.record, arrays: { ...run.record.arrays } };
  record.arrays["unused"] = {
    shape: [1],
    dtype: "float32",
    axes: ["n"],
    unit: "",
    description: "",
  };
  const client = new FakeClient({ "run.record": () => record, "run.arrays": () => run.arrays });
  const runs = new Runs(client, "/studies/one");
  await Promise.all([runs.load("a"), runs.load("a")]);
  expect(runs.get("a")?.state).toBe("ready");
  const asked = client.calls.filter(({ name }) => name === "run.arrays");
  expect(asked).toHaveLength(1);
  expect((asked[0]?.input as { names: string[] }).names).not.toContain("unused");
});

test("a run that cannot be read says why, and can be tried again", async () => {
  const run = coherenceRun();
  let broken = true;
  const client = new FakeClient({
    "run.record": () => {
      if (broken) throw new UserError("run/missing", "The run's folder is not there.");
      return run.record;
    },
    "run.arrays": () => run.arrays,
  });
  const runs = new Runs(client, "/studies/one");
  await runs.load("a");
  expect(runs.get("a")).toMatchObject({ state: "failed", error: { code: "run/missing" } });
  broken = false;
  await runs.load("a", true);
  expect(runs.get("a")?.state).toBe("ready");
});

test("samples are fetched ahead and each only once", async () => {
  const client = new FakeClient({
    "data.sample": ({ indices }) => {
      const data = Float32Array.from(indices.flatMap((index) => [index, -index]));
      const tensor = { dtype: "float32", shape: [indices.length, 2], data } as const;
      return { input: tensor, target: tensor, file: { size: 1, modified: 1 } };
    },
  });
  const samples = new Samples(client, "/studies/one");
  await samples.need("d", 2, 5);
  await samples.need("d", 3, 5);
  expect(client.calls.filter(({ name }) => name === "data.sample")).toHaveLength(1);
  const third = samples.get("d", 3);
  expect(third?.state === "ready" && [...third.value.input]).toEqual([3, -3]);
  samples.forget("d");
  expect(samples.get("d", 3)).toBeUndefined();
});

test("samples of a file that changed are not shown among those of what it was", async () => {
  let size = 1;
  const client = new FakeClient({
    "data.sample": ({ indices }) => {
      const data = new Float64Array(indices.length).fill(size);
      return {
        input: { dtype: "float64", shape: [indices.length, 1], data },
        target: null,
        file: { size, modified: 1 },
      };
    },
  });
  const samples = new Samples(client, "/studies/one");
  await samples.need("d", 0, 20);
  await samples.need("other", 0, 1);
  size = 2;
  await samples.need("d", 8, 20);
  expect(samples.get("d", 8)).toMatchObject({ value: { input: Float64Array.of(2) } });
  expect(samples.get("d", 0)).toBeUndefined();
  expect(samples.get("other", 0)?.state).toBe("ready");
});

test("a sample that was read before is shown again only while its file is what it was", async () => {
  let file: { size: number } | null = { size: 1 };
  const input = { dtype: "float32", shape: [1, 1], data: Float32Array.of(1) } as const;
  const client = new FakeClient({
    "data.sample": () => ({ input, target: null, file: { size: 1 } }),
    "data.look": () => ({ file }),
  });
  const samples = new Samples(client, "/studies/one");
  await samples.need("d", 0, 1);
  for (const now of [file, null]) {
    file = now;
    await samples.need("d", 0, 1);
    expect(samples.get("d", 0)?.state).toBe("ready");
  }
  file = { size: 2 };
  await samples.need("d", 0, 1);
  expect(samples.get("d", 0)).toBeUndefined();
});

test("a sample without a target has none, rather than its input again", async () => {
  const input = { dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 2) } as const;
  const file = { size: 1, modified: 1 };
  const client = new FakeClient({ "data.sample": () => ({ input, target: null, file }) });
  const samples = new Samples(client, "/studies/one");
  await samples.need("d", 0, 1);
  expect(samples.get("d", 0)).toMatchObject({ value: { target: null, targetShape: null } });
});

test("picking changes only what is given; undefined unpicks", () => {
  const selection = new Selection();
  selection.pick({ element: "r", row: 3 });
  selection.pick({ row: 4, subgroup: "e,r2" });
  selection.pick({ subgroup: undefined });
  expect(selection.view).toEqual({ element: "r", row: 4 });
});
