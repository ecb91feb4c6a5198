/**
 * Makes the bundled example from nothing: simulates, trains, writes resources/examples/jets.
 *
 *     npx tsx resources/examples/make/make.ts
 *
 * The same numbers on the same machine; elsewhere up to rounding in training.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeModel } from "../../../src/main/graph/onnx/encode";
import { createOnnxRuntimeExecutor } from "../../../src/main/runtime/onnxruntime/executor";
import { writeNpz } from "../../../src/main/data/npz";
import type { Graph } from "../../../src/main/graph/ir";
import { adamW, adamWDefaults } from "../../../src/main/training/optimisers/adamw";
import { Order } from "../../../src/main/training/order";
import { rateAt } from "../../../src/main/training/schedule";
import { plainStep } from "../../../src/main/training/step";
import { Stepper } from "../../../src/main/training/stepper";
import { randomFrom } from "../../../src/shared/random";
import { sizeOf, type Tensor } from "../../../src/shared/tensor";
import { Solver, type Flow } from "./jets";
import { averagedNetwork, initialParameters, plainNetwork } from "./networks";

const flow: Flow = { size: 32, viscosity: 1e-3, dt: 0.1, substeps: 8 };
const folder = join(import.meta.dirname, "..", "jets");

/** Trajectories [N, T, 2, size, size] of velocity from jets along x. */
function simulate(trajectories: number, times: number, seed: number): Tensor {
  const { size } = flow;
  const solver = new Solver(flow);
  const random = randomFrom(seed);
  const state = 2 * size * size;
  const data = new Float32Array(trajectories * times * state);
  for (let n = 0; n < trajectories; n++) {
    let vorticity = solver.jets(random);
    for (let t = 0; t < times; t++) {
      data.set(solver.velocity(vorticity), (n * times + t) * state);
      vorticity = solver.advance(vorticity);
    }
  }
  return { dtype: "float32", shape: [trajectories, times, 2, size, size], data };
}

/** Every state with the one after it, [N(T−1), 2, size, size] each. */
function transitions(states: Tensor): { input: Tensor; target: Tensor } {
  const [trajectories, times, ...rest] = states.shape as [number, number, ...number[]];
  const size = states.data.length / (trajectories * times);
  const part = (offset: number): Tensor => {
    const data = new Float32Array(trajectories * (times - 1) * size);
    for (let n = 0; n < trajectories; n++) {
      const from = (n * times + offset) * size;
      const row = (states.data as Float32Array).subarray(from, from + (times - 1) * size);
      data.set(row, n * (times - 1) * size);
    }
    return { dtype: "float32", shape: [trajectories * (times - 1), ...rest], data };
  };
  return { input: part(0), target: part(1) };
}

const networks = [
  {
    file: "plain.onnx",
    name: "Plain network",
    network: plainNetwork(flow.size),
    steps: 4000,
  },
  {
    file: "averaged.onnx",
    name: "D4-averaged network",
    network: averagedNetwork(flow.size),
    steps: 1000,
  },
];

mkdirSync(folder, { recursive: true });
const test = simulate(8, 5, 2);
await writeNpz(join(folder, "jets.npz"), {
  states: test,
  time: {
    dtype: "float64",
    shape: [test.shape[1]!],
    data: Float64Array.from({ length: test.shape[1]! }, (_, k) => k * flow.dt),
  },
});

/** The samples at these places. */
function rows({ dtype, shape, data }: Tensor, places: readonly number[]): Tensor {
  const size = sizeOf(shape.slice(1));
  const chosen = new Float32Array(places.length * size);
  places.forEach((place, i) => {
    chosen.set((data as Float32Array).subarray(place * size, (place + 1) * size), i * size);
  });
  return { dtype, shape: [places.length, ...shape.slice(1)], data: chosen };
}

const executor = createOnnxRuntimeExecutor();
const { input, target } = transitions(simulate(96, 6, 1));
const BATCH = 16;

/** Parameters after so many steps of AdamW along half a cosine, and a running mean of the loss. */
async function trainedFor(
  steps: number,
  network: Graph,
  report: (step: number, loss: number) => void,
): Promise<{ parameters: Map<string, Tensor>; loss: number }> {
  const stepper = await Stepper.open(executor, network, initialParameters(0), {
    ...plainStep,
    optimiser: adamW({ ...adamWDefaults, weightDecay: 1e-4 }),
  });
  const order = new Order([...Array(input.shape[0]).keys()], BATCH, 0);
  const cosine = { kind: "cosine", steps, warmUp: 0, final: 0, every: 1, factor: 1 } as const;
  let mean = 0;
  for (let k = 0; k < steps; k++) {
    const places = order.samples(k);
    const batch = { input: rows(input, places), targets: [rows(target, places)] };
    const { loss } = await stepper.step(batch, k + 1, 3e-3 * rateAt(cosine, k));
    mean = k === 0 ? loss : 0.99 * mean + 0.01 * loss;
    if ((k + 1) % 200 === 0) report(k + 1, mean);
  }
  const parameters = stepper.weights();
  await stepper.dispose();
  return { parameters, loss: mean };
}

const losses: Record<string, number> = {};
for (const { file, name, network, steps } of networks) {
  const { parameters: trained, loss } = await trainedFor(steps, network(BATCH), (step, mean) => {
    console.log(`${name}: step ${step} of ${steps}, loss ${mean.toExponential(3)}`);
  });
  losses[name] = loss;
  const metadata = {
    noetherscope: 1,
    parameters: [...trained.keys()],
    fields: "vector:velocity",
    boundary: "periodic",
    dt: flow.dt,
    length: 1,
  };
  writeFileSync(
    join(folder, file),
    encodeModel(network(1), {
      name,
      bind: trained,
      metadata: new Map([["noetherscope", JSON.stringify(metadata)]]),
    }),
  );
}
await executor.dispose();

writeFileSync(
  join(folder, "example.json"),
  JSON.stringify(
    {
      id: "jets",
      title: "Jets along x",
      description:
        "Two networks that step decaying two-dimensional turbulence, trained on the same flows, whose jets all run along x: " +
        "the equations know no preferred direction, but the data is invariant only under {e, r², s, sr²}. " +
        "The averaged network commutes with D4 by construction: coherence 1 and relative loss 1 for every element. " +
        "The plain one has the same loss inside that subgroup and about 17 times the loss under quarter turns, " +
        "and its coherence is near zero for every element but e: even where its error is symmetric, it learns equivalent states apart. " +
        `Simulated (pseudo-spectral, ${flow.size}×${flow.size}, viscosity ${flow.viscosity}) and trained by resources/examples/make/make.ts.`,
      setApart: "e,r2,s,sr2",
      models: networks.map(({ file, name }) => ({ file, name })),
      data: [
        {
          file: "jets.npz",
          name: "Jets along x",
          options: { fields: "vector:velocity", boundary: "periodic", symmetry: "d4" },
        },
      ],
    },
    null,
    2,
  ) + "\n",
);
console.log(losses);
