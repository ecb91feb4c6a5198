/** Reading an image at points between its elements: GridSample, and the grids of affine maps. */
import { fromFloat64, sizeOf } from "../../../../shared/tensor";
import type { Builder } from "../../builder";
import type { Value } from "../../ir";
import type { Call, Converter, Converters } from "./call";

/** An element that contributes to each point along one axis, and how much. */
interface Tap {
  /** int64, [N, points]; inside the axis. */
  readonly index: Value;
  readonly weight: Value;
}

/** Keys 1981, doi:10.1109/TASSP.1981.1163711, with PyTorch's a. */
const CUBIC = -0.75;

/** Linear, cubic: weights of the elements around a point that lies t ∈ [0, 1) behind the one below it. */
const kernels: Readonly<Record<string, { first: number; weights(g: Builder, t: Value): Value[] }>> =
  {
    linear: { first: 0, weights: (g, t) => [g.sub(1, t), t] },
    cubic: {
      first: -1,
      weights: (g, t) =>
        [g.add(t, 1), t, g.sub(1, t), g.sub(2, t)].map((s, i) =>
          i === 0 || i === 3 ? outerCubic(g, s) : innerCubic(g, s),
        ),
    },
  };

/** (a + 2)s³ − (a + 3)s² + 1 for s ≤ 1. */
function innerCubic(g: Builder, s: Value): Value {
  const square = g.mul(s, s);
  return g.add(g.mul(square, g.sub(g.mul(s, CUBIC + 2), CUBIC + 3)), 1);
}

/** a(s³ − 5s² + 8s − 4) for 1 ≤ s ≤ 2. */
function outerCubic(g: Builder, s: Value): Value {
  return g.mul(g.sub(g.mul(g.add(g.mul(g.sub(s, 5), s), 8), s), 4), CUBIC);
}

/**
 * y[n, :, p] = x[n, :, grid[n, p]], the grid's last axis (x, y) or (x, y, z) in [−1, 1], x for the last axis of
 * the image. Between elements derivatives are those of the interpolation; at elements, of the piece above.
 */
const GridSample: Converter = (call) => {
  const { g } = call;
  const [x, grid] = [call.input(0), call.input(1)];
  const [n, channels, ...extents] = x.shape as [number, number, ...number[]];
  const rank = extents.length;
  const places = grid.shape.slice(1, -1);
  const points = sizeOf(places);
  if (grid.shape.length !== rank + 2 || grid.shape.at(-1) !== rank || grid.shape[0] !== n)
    throw call.malformed(`a grid [${grid.shape.join(", ")}] for [${x.shape.join(", ")}]`);
  const flat = g.reshape(grid, [n, points, rank]);
  let taps: Tap[] = [];
  extents.forEach((extent, axis) => {
    const at = rank - 1 - axis;
    const coordinate = g.reshape(g.slice(flat, [{ axis: 2, start: at, end: at + 1 }]), [n, points]);
    const own = tapsAlong(call, coordinate, extent);
    taps =
      axis === 0
        ? own
        : taps.flatMap((outer) => own.map((inner) => joined(g, outer, inner, extent)));
  });
  // Channels last, so that one index reads all of them.
  const spatial = extents.map((_, axis) => axis + 2);
  const rows = g.reshape(g.transpose(x, [0, ...spatial, 1]), [n, sizeOf(extents), channels]);
  const read = taps.map(({ index, weight }) => {
    const tuples = g.reshape(index, [n, points, 1]);
    const picked = g.node("GatherND", [rows, tuples], { batch_dims: 1 })[0]!;
    return g.mul(picked, g.reshape(weight, [n, points, 1]));
  });
  const sum = read.reduce((a, b) => g.add(a, b));
  return g.reshape(g.transpose(sum, [0, 2, 1]), [n, channels, ...places]);
};

function joined(g: Builder, outer: Tap, inner: Tap, extent: number): Tap {
  return {
    index: g.add(g.mul(outer.index, extent), inner.index),
    weight: g.mul(outer.weight, inner.weight),
  };
}

function tapsAlong(call: Call, coordinate: Value, extent: number): Tap[] {
  const { g } = call;
  const aligned = call.flag("align_corners");
  const at = aligned
    ? g.mul(g.add(coordinate, 1), (extent - 1) / 2)
    : g.sub(g.mul(g.add(coordinate, 1), extent / 2), 0.5);
  const mode = call.string("mode", call.opset < 20 ? "bilinear" : "linear").replace(/^bi/, "");
  if (mode === "nearest") {
    const [nearest] = g.node("Round", [at]);
    return [inside(call, nearest!, g.full(nearest!, 1), extent)];
  }
  const kernel = kernels[mode];
  if (kernel === undefined) throw call.unsupported(`mode ${mode}`);
  const [below] = g.node("Floor", [at]);
  return kernel
    .weights(g, g.sub(at, below!))
    .map((weight, i) => inside(call, g.add(below!, kernel.first + i), weight, extent));
}

/** An element beyond the border stands for one inside, or for nothing, by the padding mode. */
function inside(call: Call, place: Value, weight: Value, extent: number): Tap {
  const { g } = call;
  const mode = call.string("padding_mode", "zeros");
  // A point far out is held near, so that it remains a whole number.
  const index = g.cast(g.clip(place, -(2 ** 22), 2 ** 22), "int64");
  const held = (value: Value): Value => g.clip(value, 0, extent - 1);
  if (mode === "border") return { index: held(index), weight };
  if (mode === "reflection") {
    const aligned = call.flag("align_corners");
    const period = Math.max(1, 2 * (aligned ? extent - 1 : extent));
    const [within] = g.node("Mod", [index, g.indices([period], [])], { fmod: false });
    const mirrored = g.sub(period - (aligned ? 0 : 1), within!);
    return { index: held(g.where(g.less(within!, extent), within!, mirrored)), weight };
  }
  if (mode !== "zeros") throw call.unsupported(`padding_mode ${mode}`);
  return { index: held(index), weight: g.where(g.equal(index, held(index)), weight, 0) };
}

/** Points [N, …size, r] = θ·(x, y[, z], 1) for a lattice over [−1, 1], at the corners of the image or half an element inside. */
const AffineGrid: Converter = (call) => {
  const { g } = call;
  const theta = call.input(0);
  const [n, , ...extents] = call.extents(1) as [number, number, ...number[]];
  const rank = extents.length;
  const aligned = call.flag("align_corners");
  const points = sizeOf(extents);
  if (points > 2 ** 22) throw call.unsupported(`a grid of ${points} points`);
  const lattice = new Float64Array(points * (rank + 1)).fill(1);
  let step = points;
  extents.forEach((extent, axis) => {
    step /= extent;
    for (let i = 0; i < points; i++) {
      const k = Math.floor(i / step) % extent;
      const edge = aligned
        ? extent === 1
          ? 0
          : (2 * k) / (extent - 1) - 1
        : (2 * k + 1) / extent - 1;
      lattice[i * (rank + 1) + rank - 1 - axis] = edge;
    }
  });
  const constant = g.constant(fromFloat64(theta.dtype, [points, rank + 1], lattice));
  const moved = g.matmul(constant, g.transposeLast(theta));
  return g.reshape(moved, [n, ...extents, rank]);
};

export const sampling: Converters = { GridSample, AffineGrid };
