/**
 * Which layer breaks the symmetry. For a composition, L(h∘f) = (Lh)(f) + Dh[Lf] (Gruver et al. 2023, section 3.3). Let X
 * act on the values v_l between layers, as scalar fields carried by the flow on each one's own grid; then layer l by
 * itself adds e_l = D(layer)[X v_before] − X v_l, and the whole is L f = Σ_l D(all after l)[e_l], exactly, with skip
 * connections too. The contributions are vectors: their norms add up to more than ‖L f‖ where they cancel.
 */
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { GeneratorAction } from "../../fields/generators/apply";
import { FEWEST_POINTS } from "../../fields/generators/derivatives";
import { Builder } from "../../graph/builder";
import { inputName, type Graph, type Value } from "../../graph/ir";
import { jvp } from "../../graph/jvp";
import { simplify } from "../../graph/simplify";
import { vmap } from "../../graph/vmap";
import type { Program } from "../../runtime/executor";
import type { ReportProgress, ResultArray, StatesContext } from "../context";
import type { Reals } from "../innerProducts";
import type { SampleNetwork } from "../network";
import { realsOf, slice, tensorOf } from "../orbit";
import { otherInputs } from "../samples";
import { layerValues, type LayerValue } from "./layerValues";
import { norm } from "./norms";
import type { Sides } from "./sides";

export interface LayerResult {
  readonly arrays: Record<string, ResultArray>;
  readonly summary: Record<string, unknown>;
}

/** The prediction's own layer, after the last value between modules. */
const LAST = "output";

/**
 * @param count samples, evenly spaced
 * @returns null where the network has no fields between its modules
 */
export async function layerContributions(
  context: StatesContext,
  network: SampleNetwork,
  sides: Sides,
  count: number,
  signal: AbortSignal,
  progress: ReportProgress,
): Promise<LayerResult | null> {
  const { grid, samples, input, executor, model } = context;
  if (grid === null) return null;
  const layers = layerValues(network, grid).filter(({ grid: own }) =>
    own.size.every((points, axis) => own.periodic[axis]! || points >= FEWEST_POINTS),
  );
  const names = [...layers.map(({ name }) => name), LAST];
  const n = Math.min(count, samples.length);
  const chosen = Array.from({ length: n }, (_, k) => Math.floor((k * samples.length) / n));
  const k = sides.generators.length;
  const bind = { bind: model.parameters };
  progress({ fraction: 0, stage: "Preparing the layers" });
  const values = await executor.compile(simplify(valueGraph(network, layers)), bind);
  const locals = await executor.compile(simplify(localGraph(network, layers, k)), bind);
  const passes = await executor.compile(simplify(passGraph(network, layers, k)), bind);
  const contribution = new Float64Array(k * names.length * n);
  const local = new Float64Array(k * names.length * n);
  const actions = layers.map(
    (layer) =>
      new GeneratorAction(
        sides.infinitesimals.map(({ flow }) => ({ flow, mix: [], shift: [] })),
        layer.channels,
        layer.grid,
      ),
  );
  const runs = n * (names.length + 2);
  let done = 0;
  const step = (): void => {
    signal.throwIfAborted();
    progress({ fraction: done++ / runs, stage: "Following each layer's part to the prediction" });
  };
  for (const [place, sample] of chosen.entries()) {
    const x = slice(input, sample, 1);
    const state = new Map([[inputName(network.input), x]]);
    step();
    const found = await values.run(state);
    const y = realsOf(found.get("y")!);
    const scale = norm(y, 0, y.length, null);
    const moved = [
      sides.input.of(realsOf(x)),
      ...layers.map((layer, l) => movedLayer(layer, actions[l]!, found.get(`v${l}`)!)),
    ];
    const shapes = [network.input.shape, ...layers.map(({ value }) => value.shape)];
    const feeds = new Map(state);
    moved.forEach((values, l) => feeds.set(`$t${l}`, tensorOf(values, [k, ...shapes[l]!])));
    step();
    const pushed = await locals.run(feeds);
    const own = [...moved.slice(1), sides.output(1).of(y, realsOf(x))];
    const errors = own.map((values, l) => {
      const through = realsOf(pushed.get(`e${l}`)!);
      return values.map((value, i) => through[i]! - value);
    });
    for (const [l, error] of errors.entries()) {
      const last = l === layers.length;
      step();
      const arrived = last ? error : await arrive(passes, state, layers, error, l, k);
      const size = [error.length / k, arrived.length / k];
      const before = last ? scale : norm(realsOf(found.get(`v${l}`)!), 0, size[0]!, null);
      for (let g = 0; g < k; g++) {
        const at = (g * names.length + l) * n + place;
        contribution[at] = norm(arrived, g * size[1]!, (g + 1) * size[1]!, null) / scale;
        local[at] = norm(error, g * size[0]!, (g + 1) * size[0]!, null) / before;
      }
    }
  }
  await Promise.all([values.dispose(), locals.dispose(), passes.dispose()]);
  return {
    arrays: arraysOf({ contribution, local, chosen }, k, names.length),
    summary: {
      names,
      samples: n,
      generators: sides.generators.map(({ id }, g) => ({
        id,
        mean: names.map((_, l) => {
          const from = (g * names.length + l) * n;
          return contribution.subarray(from, from + n).reduce((sum, c) => sum + c, 0) / n;
        }),
      })),
    },
  };
}

/** X v for every generator, [K, …] in the value's own layout. */
function movedLayer(
  { channels, grid, tokens }: LayerValue,
  action: GeneratorAction,
  value: Tensor,
): Float64Array {
  const data = realsOf(value);
  if (!tokens) return action.of(data);
  const points = sizeOf(grid.size);
  const planes = Float64Array.from(
    data,
    (_, i) => data[(i % points) * channels + Math.floor(i / points)]!,
  );
  const moved = action.of(planes);
  return moved.map((_, i) => {
    const start = i - (i % data.length);
    const [point, channel] = [Math.floor((i - start) / channels), (i - start) % channels];
    return moved[start + channel * points + point]!;
  });
}

/** x ↦ the values between layers, and the prediction. Outputs `v0` …, `y`. */
function valueGraph(
  { input, prediction, ...network }: SampleNetwork,
  layers: readonly LayerValue[],
): Graph {
  return {
    inputs: [input, ...otherInputs({ input, prediction, ...network })],
    outputs: [
      ...layers.map(({ value }, l) => ({ name: `v${l}`, value })),
      { name: "y", value: prediction },
    ],
  };
}

/**
 * What each layer makes of tangents given at the values before it, for `k` directions: inputs `$t0` [k, …] at x, `$t1` …
 * at the layers' values; outputs `e0` …, the last at the prediction.
 */
function localGraph(network: SampleNetwork, layers: readonly LayerValue[], k: number): Graph {
  const g = new Builder();
  const places = [network.input, ...layers.map(({ value }) => value)];
  const given = places.map((value, l) => direction(g, `$t${l}`, value, k));
  const ends = [...layers.map(({ value }) => value), network.prediction];
  const tangents = ends.map((end) => {
    const before = places
      .map((value, l) => ({ value, one: given[l]!.one }))
      .filter(({ value }) => value !== end);
    const [tangent] = jvp(
      g,
      [end],
      before.map(({ value }) => value),
      before.map(({ one }) => one),
    );
    return tangent!;
  });
  return manyDirections(g, network, given, tangents, "e", k);
}

/**
 * Tangents put in at the layers' values and carried to the prediction, `k` at once: inputs `$e0` [k, …] …, output `dy0`.
 * One program serves every layer; the others' tangents are fed as zeros.
 */
function passGraph(network: SampleNetwork, layers: readonly LayerValue[], k: number): Graph {
  const g = new Builder();
  const places = layers.map(({ value }) => value);
  const given = places.map((value, l) => direction(g, `$e${l}`, value, k));
  const carried: Value[] = [];
  for (const [l, value] of places.entries()) {
    const [arriving] = jvp(g, [value], places.slice(0, l), carried);
    carried.push(g.add(arriving!, given[l]!.one));
  }
  const arrived = jvp(g, [network.prediction], places, carried);
  return manyDirections(g, network, given, arrived, "dy", k);
}

interface Direction {
  /** A stand-in for a single tangent, of the value's shape. */
  readonly one: Value;
  /** The graph's input, [k, …]. */
  readonly many: Value;
}

function direction(g: Builder, name: string, value: Value, k: number): Direction {
  return {
    one: g.input(name, value),
    many: g.input(name, { dtype: value.dtype, shape: [k, ...value.shape] }),
  };
}

function manyDirections(
  g: Builder,
  network: SampleNetwork,
  given: readonly Direction[],
  tangents: readonly Value[],
  name: string,
  k: number,
): Graph {
  const pushed = vmap(g, tangents, new Map(given.map(({ one, many }) => [one, many])), k);
  return {
    inputs: [network.input, ...given.map(({ many }) => many), ...otherInputs(network)],
    outputs: pushed.map((value, l) => ({ name: `${name}${l}`, value })),
  };
}

/** What the error [K, …] of one layer is by the time it has come to the prediction. */
async function arrive(
  passes: Program,
  state: ReadonlyMap<string, Tensor>,
  layers: readonly LayerValue[],
  error: Float64Array,
  layer: number,
  k: number,
): Promise<Reals> {
  const feeds = new Map(state);
  layers.forEach(({ value }, l) => {
    const shape = [k, ...value.shape];
    feeds.set(`$e${l}`, tensorOf(l === layer ? error : new Float64Array(sizeOf(shape)), shape));
  });
  return realsOf((await passes.run(feeds)).get("dy0")!);
}

function arraysOf(
  {
    contribution,
    local,
    chosen,
  }: { contribution: Float64Array; local: Float64Array; chosen: readonly number[] },
  k: number,
  layers: number,
): Record<string, ResultArray> {
  const shape = [k, layers, chosen.length];
  const axes = ["generator", "layer", "layer sample"];
  return {
    layer_contribution: {
      tensor: tensorOf(contribution, shape),
      axes,
      unit: "1",
      description:
        "‖D(all later layers)[e_l]‖/‖f(x)‖: what each layer's own error e_l has become in the prediction; the vectors add up to L f, their norms to more",
    },
    layer_error: {
      tensor: tensorOf(local, shape),
      axes,
      unit: "1",
      description:
        "‖e_l‖/‖v_l‖, e_l = D(layer)[X v before] − X v_l: the layer by itself, its channels taken as scalar fields",
    },
    layer_samples: {
      tensor: { dtype: "int32", shape: [chosen.length], data: Int32Array.from(chosen) },
      axes: ["layer sample"],
      unit: "",
      description: "Positions in the run of the samples that were followed layer by layer",
    },
  };
}
