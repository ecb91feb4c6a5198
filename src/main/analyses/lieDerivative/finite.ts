/**
 * Finite motions: ‖f(exp(sX)x) − exp(sX_out)f(x)‖/‖f(x)‖, by the exact action where no point of a grid moves or all move
 * alike, by a resampled one elsewhere. For small s it is |s| times the Lie derivative; what a resampled one adds is told
 * by its round trip.
 */
import { sizeOf, type Tensor } from "../../../shared/tensor";
import type { Infinitesimal } from "../../../shared/generators/generator";
import { action } from "../../fields/generators/action";
import type { StatesContext } from "../context";
import type { SampleNetwork } from "../network";
import { realsOf, slice, tensorOf } from "../orbit";
import { Predictions } from "../predictions";
import { samplesPerRun } from "../samples";
import { activationSize } from "../network";
import { maskOf, norm } from "./norms";
import type { Sides } from "./sides";

type Move = (state: ArrayLike<number>) => Float64Array;
/** What becomes of a prediction when the state that it is made from is moved. */
type Follow = (prediction: ArrayLike<number>, state: ArrayLike<number>) => Float64Array;

/** @returns [K, N] */
export async function finiteErrors(
  { executor, model, input, grid, samples }: StatesContext,
  network: SampleNetwork,
  sides: Sides,
  s: number,
  disc: number,
  step: () => void,
): Promise<Float64Array> {
  const n = samples.length;
  const inputShape = input.shape.slice(1);
  const outputShape = network.prediction.shape.slice(1);
  const moves = (all: readonly Infinitesimal[], shape: readonly number[]): Move[] => {
    const onGrid = grid !== null && shape.slice(1).join() === grid.size.join();
    const channels = onGrid ? shape[0]! : sizeOf(shape);
    return all.map((generator) => action(generator, s, channels, onGrid ? grid : null));
  };
  const into = moves(sides.infinitesimals, inputShape);
  const out =
    sides.kind === "state"
      ? moves(sides.later(1), outputShape).map(
          (move): Follow =>
            (prediction) =>
              move(prediction),
        )
      : ratesMoved(into, (steps) => moves(sides.later(steps), outputShape), sides.dt);
  const mask = maskOf(grid, outputShape, disc);
  const chunk = samplesPerRun(n, activationSize(network));
  const predictions = await Predictions.compile(executor, model, network, chunk);
  const size = sizeOf(outputShape);
  const errors = new Float64Array(into.length * n);
  try {
    const plain = await predictions.of(input, step);
    for (const [k, move] of into.entries()) {
      const moved = await predictions.of(movedStates(input, move), step);
      for (let i = 0; i < n; i++) {
        const own = plain.subarray(i * size, (i + 1) * size);
        const wanted = out[k]!(own, realsOf(slice(input, i, 1)));
        const difference = Float64Array.from(wanted, (value, p) => moved[i * size + p]! - value);
        const off = norm(difference, 0, size, mask);
        errors[k * n + i] = off === 0 ? 0 : off / norm(own, 0, size, mask);
      }
    }
  } finally {
    await predictions.dispose();
  }
  return errors;
}

/** Of a step, small beside what changes over it and large beside rounding. */
const STEP = 1e-4;

/** d/dt Φ_t(x(t)) = DΦ₀(x)[ẋ] + ∂ₜΦ_t(x), by central differences: exact of motions that are affine in state and time. */
function ratesMoved(
  moves: readonly Move[],
  later: (steps: number) => readonly Move[],
  dt: number,
): Follow[] {
  const [ahead, behind] = [later(STEP), later(-STEP)];
  return moves.map((move, k) => (rate, state) => {
    const along = (by: number): Float64Array =>
      move(Float64Array.from({ length: state.length }, (_, i) => state[i]! + by * rate[i]!));
    const [further, back] = [along(STEP), along(-STEP)];
    const [soon, before] = [ahead[k]!(state), behind[k]!(state)];
    return further.map(
      (value, i) => (value - back[i]! + (soon[i]! - before[i]!) / dt) / (2 * STEP),
    );
  });
}

function movedStates(input: Tensor, move: Move): Tensor {
  const size = sizeOf(input.shape.slice(1));
  const out = realsOf(input).slice();
  for (let i = 0; i < input.shape[0]!; i++) {
    out.set(move(realsOf(slice(input, i, 1))), i * size);
  }
  return tensorOf(out, input.shape);
}
