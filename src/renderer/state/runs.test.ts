import { expect, test } from "vitest";
import { coherenceRun } from "../../shared/charts/madeUpRuns";
import { UserError } from "../../shared/errors";
import { FakeClient } from "./fakeClient";
import { Runs } from "./runs.svelte";
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

test("picking changes only what is given; undefined unpicks", () => {
  const selection = new Selection();
  selection.pick({ element: "r", row: 3 });
  selection.pick({ row: 4, subgroup: "e,r2" });
  selection.pick({ subgroup: undefined });
  expect(selection.view).toEqual({ element: "r", row: 4 });
});
