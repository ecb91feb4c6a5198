/**
 * How long an analysis will take: the runs of its programs are counted, and one run of each program is timed on this
 * machine. Operations alone do not tell: preparing a graph is most of the time of a small network, and a gradient or a
 * tangent costs between one and six forward passes, as convolutions, attention or copies prevail.
 */
import { normals, randomFrom } from "../../shared/random";
import { sizeOf, type Tensor } from "../../shared/tensor";
import type { Executor } from "../runtime/executor";
import type { LossId } from "../training/losses";
import type { Network } from "./context";
import { Gradients } from "./gradients";
import { gaussNewtonCurvature } from "./landscape/curvature";
import { LossSurface } from "./lossSurface";
import type { SampleNetwork } from "./network";
import { tensorOf } from "./orbit";
import { Predictions } from "./predictions";
import { Tangents } from "./tangents";

export interface Runs {
  /** `loss` is one at moved parameters of x and of g·x, which are two runs of its program. */
  readonly program: "forward" | "gradient" | "primal" | "tangent" | "loss" | "curvature";
  /** Samples a run; of a tangent and of what it needs of its sample, directions. */
  readonly width: number;
  readonly count: number;
}

/** In seconds. */
export interface Pace {
  /** Making the program, once. */
  readonly prepare: number;
  readonly run: number;
}

/** Two are moved along in a plane. */
const DIRECTIONS = 2;

/** Above this a first run tells the pace well enough, in seconds; below, what it prepares besides would count. */
const LONG = 1;

/** Times one program on random states. */
export async function paceOf(
  { program, width }: Runs,
  executor: Executor,
  model: Network,
  network: SampleNetwork,
  loss: LossId,
): Promise<Pace> {
  const x = drawn(network.input.shape, width, 0);
  const t = drawn(network.prediction.shape, width, 1);
  const none = (): void => undefined;
  const directions = Array.from({ length: DIRECTIONS }, () =>
    network.parameters.map(({ shape }) => new Float64Array(sizeOf(shape))),
  );
  if (program === "curvature") {
    const start = performance.now();
    let ready = start;
    const batches = [{ input: x, target: t }];
    await gaussNewtonCurvature(executor, model, network, loss, width, directions, batches, () => {
      ready = performance.now();
    });
    return { prepare: (ready - start) / 1000, run: (performance.now() - ready) / 1000 };
  }
  const pace = await timed(async () => {
    switch (program) {
      case "forward": {
        const forward = await Predictions.compile(executor, model, network, width);
        return { dispose: () => forward.dispose(), run: () => forward.of(x, none) };
      }
      case "gradient": {
        const gradients = await Gradients.compile(executor, model, network, loss, width);
        return {
          dispose: () => gradients.dispose(),
          run: () => gradients.of(x, t, 0, width, none),
        };
      }
      case "primal":
      case "tangent": {
        const tangents = await Tangents.compile(executor, model, network, width);
        const parts = network.parameters.map(
          ({ shape }) => new Float32Array(width * sizeOf(shape)),
        );
        const one = drawn(network.input.shape, 1, 0);
        const primal = await tangents.primal(one);
        return {
          dispose: () => tangents.dispose(),
          run: () =>
            program === "primal"
              ? tangents.primal(one, primal)
              : tangents.along(primal, { count: width, parts }, 0),
        };
      }
      case "loss": {
        const surface = await LossSurface.compile(executor, model, network, loss, width);
        const batch = { input: x, target: t };
        return {
          dispose: () => surface.dispose(),
          run: () => surface.at(directions, [0, 0], [batch, batch], none),
        };
      }
    }
  });
  // What a sample needs once is made with its tangents.
  return program === "primal" ? { prepare: 0, run: pace.run } : pace;
}

/** Of all runs together, each program made once. */
export function secondsOf(paced: readonly { readonly runs: Runs; readonly pace: Pace }[]): number {
  return paced.reduce((sum, { runs, pace }) => sum + pace.prepare + runs.count * pace.run, 0);
}

async function timed(
  make: () => Promise<{ run: () => Promise<unknown>; dispose: () => Promise<void> }>,
): Promise<Pace> {
  const since = (start: number): number => (performance.now() - start) / 1000;
  let start = performance.now();
  const { run, dispose } = await make();
  const made = since(start);
  start = performance.now();
  await run();
  const first = since(start);
  let pace = first;
  // The least of two: whatever else the machine does only adds.
  for (let k = 0; k < 2 && first < LONG; k++) {
    start = performance.now();
    await run();
    pace = Math.min(pace, since(start));
  }
  await dispose();
  return { prepare: made + first - pace, run: pace };
}

/** Standard normal numbers for `count` samples of one's shape. */
function drawn([, ...sample]: readonly number[], count: number, stream: number): Tensor {
  const shape = [count, ...sample];
  return tensorOf(Float32Array.from(normals(randomFrom(0, stream), sizeOf(shape))), shape);
}
