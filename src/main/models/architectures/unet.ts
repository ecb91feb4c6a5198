/**
 * Two convolutions a resolution, means over 2 × 2 cells on the way down, ConvTranspose on the way up, and what was seen
 * before each halving joined to what comes back to it.
 */
import { unet as definition } from "../../../shared/architectures/unet";
import { sizeOf } from "../../../shared/tensor";
import type { Value } from "../../graph/ir";
import { architecture, assertOdd, assertReach, edgesOf, unfit } from "./architecture";
import { activated, convolution, groupNorm, perChannel, type Activation } from "./layers";
import { ofFanIn } from "./laws";
import type { Weights } from "./weights";

export const unet = architecture(definition, (w, x, settings, states) => {
  const { width, levels, kernel, norm, activation } = settings;
  const { g } = w;
  const grid = x.shape.slice(2);
  assertOdd(kernel);
  assertHalvings(grid, levels);
  assertReach(
    grid.map((points) => points / 2 ** levels),
    kernel,
  );
  const edges = edgesOf(states, settings.edges);
  const twice = (scope: Weights, u: Value, channels: number): Value =>
    [1, 2].reduce((h, i) => {
      const made = convolution(scope.scope(`conv${i}`), h, channels, kernel, edges);
      const normal = norm === "group" ? groupNorm(scope.scope(`norm${i}`), made) : made;
      return activated(w, normal, activation as Activation);
    }, u);

  const seen: Value[] = [];
  let h = x;
  for (let level = 0; level < levels; level++) {
    const fine = twice(w.scope("down", level), h, width * 2 ** level);
    seen.push(fine);
    h = halved(w, fine);
  }
  h = twice(w.scope("middle"), h, width * 2 ** levels);
  for (let level = levels - 1; level >= 0; level--) {
    const scope = w.scope("up", level);
    const raised = doubled(scope.scope("raise"), h, width * 2 ** level);
    h = twice(scope, g.concat([raised, seen[level]!], 1), width * 2 ** level);
  }
  return convolution(w.scope("head"), h, states.outputChannels, 1, edges);
});

function halved({ g }: Weights, x: Value): Value {
  const grid = x.shape.slice(2);
  const twos = grid.map(() => 2);
  const zeros = [...grid, ...grid].map(() => 0);
  return g.node("AveragePool", [x], {
    kernel_shape: twos,
    strides: twos,
    pads: zeros,
    dilations: grid.map(() => 1),
    count_include_pad: false,
  })[0]!;
}

/** ConvTranspose with a kernel of two a side: `weight` [in, out, 2 …], begun as PyTorch's. */
function doubled(w: Weights, x: Value, out: number): Value {
  const [, channels, ...grid] = x.shape as [number, number, ...number[]];
  const twos = grid.map(() => 2);
  const weight = w.add("weight", [channels, out, ...twos], ofFanIn(out * sizeOf(twos)));
  const bias = w.add("bias", [out], ofFanIn(out * sizeOf(twos)));
  const [raised] = w.g.node("ConvTranspose", [x, weight], {
    strides: twos,
    pads: [...grid, ...grid].map(() => 0),
    dilations: grid.map(() => 1),
    group: 1,
    output_padding: grid.map(() => 0),
  });
  return w.g.add(raised!, perChannel(w, bias, x.shape.length));
}

function assertHalvings(grid: readonly number[], levels: number): void {
  const odd = grid.find((points) => points % 2 ** levels !== 0);
  if (odd === undefined) return;
  let possible = 0;
  while (grid.every((points) => points % 2 ** (possible + 1) === 0)) possible++;
  throw unfit(
    "levels",
    `${odd} points cannot be halved ${levels} times.`,
    possible === 0
      ? "Take another architecture: an axis of this grid has an odd number of points."
      : `Take ${possible} ${possible === 1 ? "halving" : "halvings"} or fewer.`,
  );
}
