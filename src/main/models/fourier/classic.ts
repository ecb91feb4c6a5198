/**
 * The Fourier neural operator of Li et al. 2021 (arXiv:2010.08895) as PDEBench keeps it: fc0 over the frames and the
 * coordinates of each point, four layers conv + w with GELU between them on a grid that is longer by two points of zeros
 * an axis (of volumes by six along the last), fc1 and fc2. Its checkpoints have complex weights and no network that exports; the graph is made from their
 * names and shapes, with the complex numbers as pairs of real ones. The first axis of its own arrays is x, as in the data
 * that came with it; the graph takes and gives fields as the program has them, [y, x], and turns them on the way.
 * Names and order: pdebench/models/fno/fno.py of github.com/pdebench/PDEBench.
 */
import { UserError } from "../../../shared/errors";
import { fromFloat64, sizeOf, type Tensor } from "../../../shared/tensor";
import { activated, perChannel } from "../architectures/layers";
import { modesTimes, type WaveNumbers } from "../architectures/spectral";
import { Weights } from "../architectures/weights";
import { Builder } from "../../graph/builder";
import type { Graph, Value } from "../../graph/ir";
import { simplify } from "../../graph/simplify";
import { byParts } from "../names";

/** Points of zeros beyond each axis' end, in the operator's own order, which PDEBench's and Li's code both have. */
const margins = { 1: [2], 2: [2, 2], 3: [0, 0, 6] } as const;

export interface ClassicFno {
  /** Axes of the grid. */
  readonly dimension: 1 | 2 | 3;
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Input `x` [batch, channel, z, y, x], or with fewer axes, output `y` alike; parameters under the checkpoint's names. */
  graph(batch: number): Graph;
}

/** Axes in the order z, y, x. */
export interface GridOfFno {
  readonly points: readonly number[];
  /** First and last coordinate of each axis; null for the centres of the cells of [0, 1], as PDEBench's data have them. */
  readonly ends: readonly (readonly [number, number])[] | null;
}

/** The layers that are there; undefined where the names are not of this network. */
export function isClassicFno(names: Iterable<string>): boolean {
  const there = new Set(names);
  return ["fc0.weight", "fc1.weight", "fc2.weight", "conv0.weights1", "w0.weight"].every((name) =>
    there.has(name),
  );
}

/**
 * @param shapes of the checkpoint's tensors by name; complex ones with a last axis of two
 * @throws UserError "fno/…" where shapes contradict each other or the grid
 */
export function classicFno(
  shapes: ReadonlyMap<string, readonly number[]>,
  grid: GridOfFno,
): ClassicFno {
  const shapeOf = (name: string): readonly number[] => {
    const shape = shapes.get(name);
    if (shape !== undefined) return shape;
    throw new UserError("fno/layer", `The checkpoint has no ${name}.`, { where: name });
  };
  const dimension = shapeOf("conv0.weights1").length - 3;
  if (dimension !== 1 && dimension !== 2 && dimension !== 3) {
    throw new UserError("fno/dimension", `Operators on ${dimension} axes are not built here.`, {
      todo: "Export the network with noetherscope_export.py.",
    });
  }
  // From here on in the checkpoint's own order.
  const [points, ends] = [[...grid.points].reverse(), grid.ends && [...grid.ends].reverse()];
  if (points.length !== dimension) {
    throw new UserError(
      "fno/grid",
      `The operator has ${dimension} axes, the grid ${grid.points.join("x")} has ${points.length}.`,
      {
        where: "grid",
        todo: `Give ${dimension} numbers of points, like ${["128", "64x64", "32x32x32"][dimension - 1]!}.`,
      },
    );
  }
  const places = ends ?? points.map((count) => [0.5 / count, 1 - 0.5 / count] as const);
  const layers = [...shapes.keys()]
    .filter((name) => /^conv\d+\.weights1$/.test(name))
    .sort(byParts)
    .map((name) => name.slice(0, name.indexOf(".")).slice("conv".length));
  const kept = shapeOf("conv0.weights1").slice(2, -1);
  const margin = margins[dimension];
  assertModes(kept, points, margin);
  const numbers = waveNumbers(kept);
  const coordinates = dimension;
  const inputChannels = shapeOf("fc0.weight")[1]! - coordinates;
  return {
    dimension,
    inputChannels,
    outputChannels: shapeOf("fc2.weight")[0]!,
    graph(batch) {
      const g = new Builder();
      const w = new Weights(g, "float32");
      const parameters: Value[] = [];
      const parameter = (name: string): Value => {
        const value = g.input(name, { dtype: "float32", shape: [...shapeOf(name)] }, "parameter");
        parameters.push(value);
        return value;
      };
      const linear = (name: string, h: Value): Value =>
        g.add(g.matmul(h, g.transposeLast(parameter(`${name}.weight`))), parameter(`${name}.bias`));
      const last = (h: Value): Value => g.transpose(h, [0, ...axes(points).map((a) => a + 2), 1]);
      // [batch, channel, y, x] to [batch, x, y, channel], and back alike.
      const turned = (h: Value): Value =>
        g.transpose(h, [0, ...axes(points).map((a) => dimension + 1 - a), 1]);
      const turnedBack = (h: Value): Value =>
        g.transpose(h, [0, dimension + 1, ...axes(points).map((a) => dimension - a)]);
      const first = (h: Value): Value =>
        g.transpose(h, [0, dimension + 1, ...axes(points).map((a) => a + 1)]);

      const x = g.input("x", { dtype: "float32", shape: [batch, inputChannels, ...grid.points] });
      const lift = g.transposeLast(parameter("fc0.weight"));
      const ofStates = g.slice(lift, [{ axis: 0, end: inputChannels }]);
      const ofPlaces = g.slice(lift, [{ axis: 0, start: inputChannels }]);
      const at = g.constant(coordinatesOf(points, places));
      const lifted = g.add(
        g.add(g.matmul(turned(x), ofStates), g.matmul(at, ofPlaces)),
        parameter("fc0.bias"),
      );
      const zeros = axes(points).map(() => 0);
      let h = g.pad(first(lifted), [0, 0, ...zeros, 0, 0, ...margin]);
      layers.forEach((layer, i) => {
        const blocks = Array.from({ length: 2 ** (dimension - 1) }, (_, block) =>
          parameter(`conv${layer}.weights${block + 1}`),
        );
        const weight = ofAllSigns(g, blocks);
        const pointwise = g.conv(h, parameter(`w${layer}.weight`));
        const bias = perChannel(w, parameter(`w${layer}.bias`), h.shape.length);
        const sum = g.add(modesTimes(w, h, weight, numbers), g.add(pointwise, bias));
        h = i < layers.length - 1 ? activated(w, sum, "gelu") : sum;
      });
      const inside = g.slice(
        h,
        points.map((count, axis) => ({ axis: 2 + axis, end: count })),
      );
      const y = turnedBack(linear("fc2", activated(w, linear("fc1", last(inside)), "gelu")));
      return simplify({ inputs: [x, ...parameters], outputs: [{ name: "y", value: y }] });
    },
  };
}

/**
 * weights1 has modes 0 … m − 1 of every axis, weights2 has −m … −1 of the first; of volumes weights3 and weights4 are the
 * same two with −m … −1 of the second. The last axis has no negative ones.
 */
function ofAllSigns(g: Builder, blocks: readonly Value[]): Value {
  let joined = blocks;
  for (let axis = 2; joined.length > 1; axis++) {
    joined = joined.flatMap((block, i) =>
      i % 2 === 0 ? [g.concat([block, joined[i + 1]!], axis)] : [],
    );
  }
  return joined[0]!;
}

function waveNumbers(kept: readonly number[]): WaveNumbers {
  return kept.map((most, axis) => {
    const positive = Array.from({ length: most }, (_, k) => k);
    return axis === kept.length - 1 ? positive : [...positive, ...positive.map((k) => k - most)];
  });
}

/** Modes beyond what the grid has would wrap onto others. */
function assertModes(
  kept: readonly number[],
  points: readonly number[],
  margin: readonly number[],
): void {
  points.forEach((count, axis) => {
    const most = kept[axis]!;
    const there = count + margin[axis]!;
    const room = axis === points.length - 1 ? Math.floor(there / 2) + 1 : Math.floor(there / 2);
    if (most <= room) return;
    throw new UserError(
      "fno/grid",
      `${count} points have fewer than the ${most} modes that the operator keeps.`,
      { where: "grid", todo: `Take at least ${2 * most} points an axis.` },
    );
  });
}

function axes(points: readonly number[]): number[] {
  return points.map((_, axis) => axis);
}

/** [1, …points, axis]: where each point is. */
function coordinatesOf(points: readonly number[], ends: NonNullable<GridOfFno["ends"]>): Tensor {
  const shape = [1, ...points, points.length];
  const values = new Array<number>(sizeOf(shape));
  for (let at = 0; at < values.length; at++) {
    const axis = at % points.length;
    let cell = Math.floor(at / points.length);
    for (let later = points.length - 1; later > axis; later--)
      cell = Math.floor(cell / points[later]!);
    const [from, to] = ends[axis]!;
    const count = points[axis]!;
    values[at] = from + ((cell % count) * (to - from)) / Math.max(1, count - 1);
  }
  return fromFloat64("float32", shape, values);
}
