/** Layers σ(Wx + F⁻¹(R·Fx)) between a pointwise lifting and a pointwise projection. */
import { fno as definition } from "../../../shared/architectures/fno";
import { architecture } from "./architecture";
import { activated, convolution, type Activation } from "./layers";
import { uniform } from "./laws";
import { keptModes, modesTimes } from "./spectral";
import type { NetworkStates } from "./states";
import type { Value } from "../../graph/ir";
import type { Weights } from "./weights";

/** Channels of the layer before the last, as the paper's code has them. */
const PROJECTION = 4;

export const fno = architecture(
  definition,
  (w, x, settings, states) => {
    const { width, depth, modes, margin } = settings;
    const activation = settings.activation as Activation;
    const { g } = w;
    const grid = x.shape.slice(2);
    const pointwise = (scope: Weights, h: Value, out: number): Value =>
      convolution(scope, h, out, 1, []);
    const beyond = marginsOf(states, margin);
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
    return pointwise(
      w.scope("projection", 1),
      activated(w, wide, activation),
      states.outputChannels,
    );
  },
  fewerModes,
);

/** Points beyond each axis that does not go round. */
function marginsOf({ shape, grid }: NetworkStates, margin: number): number[] {
  return shape.slice(1).map((_, axis) => (grid?.periodic[axis] === false ? margin : 0));
}

/** Where more modes are asked for than some axis has. */
function fewerModes(
  { modes, margin }: { readonly modes: number; readonly margin: number },
  states: NetworkStates,
): string[] {
  const beyond = marginsOf(states, margin);
  const extents = states.shape.slice(1).map((points, axis) => points + beyond[axis]!);
  const axes = ["z", "y", "x"].slice(-extents.length);
  const fewer = extents.flatMap((points, axis) => {
    const there = keptModes(points, modes, axis === extents.length - 1).filter((k) => k >= 0);
    return there.length < modes ? [`${there.length} along ${axes[axis]!}`] : [];
  });
  return fewer.length === 0
    ? []
    : [
        `Of ${modes} modes (--modes) the grid has ${fewer.join(" and ")}, and all of them are kept.`,
      ];
}

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
