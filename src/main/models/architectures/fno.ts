/** Layers σ(Wx + F⁻¹(R·Fx)) between a pointwise lifting and a pointwise projection. */
import { fno as definition } from "../../../shared/architectures/fno";
import { architecture } from "./architecture";
import { activated, convolution, type Activation } from "./layers";
import { uniform } from "./laws";
import { keptModes, modesTimes } from "./spectral";
import type { Value } from "../../graph/ir";
import type { Weights } from "./weights";

/** Channels of the layer before the last, as the paper's code has them. */
const PROJECTION = 4;

export const fno = architecture(definition, (w, x, settings, states) => {
  const { width, depth, modes, margin } = settings;
  const activation = settings.activation as Activation;
  const { g } = w;
  const grid = x.shape.slice(2);
  const pointwise = (scope: Weights, h: Value, out: number): Value =>
    convolution(scope, h, out, 1, []);
  const beyond = grid.map((_, axis) => (states.grid?.periodic[axis] === false ? margin : 0));
  const lifted = pointwise(w.scope("lifting"), x, width);
  let h = g.pad(lifted, [0, 0, ...grid.map(() => 0), 0, 0, ...beyond]);
  for (let i = 0; i < depth; i++) {
    const layer = w.scope("layers", i);
    const sum = g.add(
      spectral(layer.scope("spectral"), h, modes),
      pointwise(layer.scope("pointwise"), h, width),
    );
    // The last layer is left linear, as in the paper's code.
    h = i < depth - 1 ? activated(w, sum, activation) : sum;
  }
  const inside = g.slice(
    h,
    grid.map((points, axis) => ({ axis: 2 + axis, end: points })),
  );
  const wide = pointwise(w.scope("projection", 0), inside, PROJECTION * width);
  return pointwise(w.scope("projection", 1), activated(w, wide, activation), states.outputChannels);
});

/**
 * Each kept mode times its own complex matrix: `weight` [in, out, …modes, 2], real and imaginary part last. It begins
 * uniform in [0, 1/(in·out)), both parts, as the paper's code does; PyTorch has no such layer.
 */
function spectral(w: Weights, x: Value, modes: number): Value {
  const [, channels, ...grid] = x.shape as [number, number, ...number[]];
  const kept = grid.map((points, axis) => keptModes(points, modes, axis === grid.length - 1));
  const law = uniform(0, 1 / channels ** 2);
  const extents = kept.map((numbers) => numbers.length);
  const weight = w.add("weight", [channels, channels, ...extents, 2], law);
  return modesTimes(w, x, weight, kept);
}
