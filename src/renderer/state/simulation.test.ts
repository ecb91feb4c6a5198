import { expect, test } from "vitest";
import type { SimulatorInfo } from "../../shared/simulation";
import { FakeClient } from "./fakeClient";
import { Simulation } from "./simulation.svelte";

const number = { kind: "number", label: "ν", help: "", default: 0.001, min: 0 } as const;
const flow: SimulatorInfo = {
  id: "navier-stokes",
  title: "Flow",
  equation: "",
  tex: [],
  fields: "vector:v",
  axes: 2,
  size: 64,
  parameters: {
    nu: number,
    start: { kind: "choice", label: "Start", help: "", default: "waves", options: [{ value: "waves", label: "Waves" }, { value: "sines", label: "Sines" }] }, // prettier-ignore
  },
  presets: { sines: { start: "sines", nu: 0.01 } },
};
const bodies: SimulatorInfo = { ...flow, id: "n-body", axes: 0, size: 3, presets: {} };

async function simulation(): Promise<Simulation> {
  const made = new Simulation(new FakeClient({ "simulators.list": () => [flow, bodies] }));
  await made.load();
  return made;
}

test("a request has the preset and only what was typed over it", async () => {
  const one = await simulation();
  one.preset = "sines";
  one.set("nu", 0.02);
  expect(one.values).toMatchObject({ nu: 0.02, start: "sines", size: 64 });
  expect(one.request).toEqual({
    system: "navier-stokes",
    preset: "sines",
    set: { nu: 0.02 },
    trajectories: 16,
    steps: 50,
    size: 64,
    seed: 0,
  });
});

test("another equation keeps how much is wanted, not the coefficients", async () => {
  const one = await simulation();
  one.set("nu", 0.5);
  one.set("size", 128);
  one.set("trajectories", 4);
  one.system = "n-body";
  expect(one.values).toMatchObject({ nu: 0.001, size: 3, trajectories: 4 });
  expect(one.parameters["size"]!.label).toBe("Particles");
});

test("a value that does not fit is named, and hinders", async () => {
  const one = await simulation();
  one.set("nu", -1);
  expect(one.problems["nu"]).toContain("from 0");
  expect(one.valid).toBe(false);
  one.reset();
  expect(one.valid).toBe(true);
});
