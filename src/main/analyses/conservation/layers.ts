/**
 * Which layer breaks a conservation law. A hidden layer has no mass of its own; but in a stream of values h_0 … h_m of
 * one shape the modules between them can be skipped, and the step that comes out has one. With F_j the network in which
 * h_m is replaced by h_j, so that all modules after h_j are skipped up to the end of the stream,
 *
 *     I(F(u)) − I(u) = [I(F_0(u)) − I(u)] + Σ_j [I(F_j(u)) − I(F_{j−1}(u))],   F_m = F,
 *
 * exact for every integral and every network. The first term is of what leads into the stream and out of it; where the
 * stream is of states themselves, F_j(u) is its j-th value, there is no such term, and a residual network's blocks each
 * have their own part. Between two values of a stream there may be one of fewer points, a U-Net's next level, which is
 * left early in the same way. Reading a stream early is the “logit lens” (nostalgebraist 2020), used here for integrals.
 */
import { quartiles } from "../../../shared/statistics";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { Builder } from "../../graph/builder";
import { inputName, type Graph, type Value } from "../../graph/ir";
import { simplify } from "../../graph/simplify";
import { vmap } from "../../graph/vmap";
import type { ReportProgress, ResultArray, StatesContext } from "../context";
import { numbered, passageAt } from "../modules";
import { activationSize, type SampleNetwork } from "../network";
import type { NextInput } from "../nextInput";
import { padded, realsOf, slice, tensorOf } from "../orbit";
import { otherInputs, samplesPerRun } from "../samples";
import type { Program } from "../../runtime/executor";
import type { Meter } from "./numbers";
import { featureStream, possibleStates, type Stream } from "./streams";

export interface LayerChanges {
  readonly arrays: Record<string, ResultArray>;
  readonly summary: {
    readonly names: string[];
    readonly samples: number;
    /** Median change over s of each quantity by each layer, [Q][L]. */
    readonly changes: number[][];
  };
}

/** A value on the way is a state if no sample's is further from u than this share of ‖u‖. */
const NEAR = 0.5;

/**
 * @param meter of the quantities that are followed @param scales s of each @param count samples, evenly spaced
 * @returns null where no module can be told apart: the whole step is one then
 */
export async function layerChanges(
  context: StatesContext,
  network: SampleNetwork,
  following: NextInput,
  meter: Meter,
  scales: Float64Array,
  count: number,
  signal: AbortSignal,
  progress: ReportProgress,
): Promise<LayerChanges | null> {
  const { samples, input } = context;
  const n = Math.min(count, samples.length);
  const chosen = Array.from({ length: n }, (_, k) => Math.floor((k * samples.length) / n));
  const follow =
    (await throughStates(context, network, following, chosen)) ??
    (await throughFeatures(context, network, signal));
  if (follow === null) return null;
  const { names } = follow;
  const quantities = meter.quantities.length;
  const change = new Float64Array(quantities * names.length * n);
  for (const [place, sample] of chosen.entries()) {
    signal.throwIfAborted();
    progress({ fraction: 0.98, stage: `Layer by layer, state ${place + 1} of ${n}` });
    const x = slice(input, sample, 1);
    let before = integrals(meter, following.lastState(x));
    for (const [row, state] of (await follow.of(x)).entries()) {
      const here = integrals(meter, state);
      here.forEach((value, q) => {
        change[(q * names.length + row) * n + place] = value - before[q]!;
      });
      before = here;
    }
  }
  await follow.dispose();
  const changes = meter.quantities.map((_, q) =>
    names.map((_name, row) => {
      const from = (q * names.length + row) * n;
      return quartiles(change.subarray(from, from + n)).median / scales[q]!;
    }),
  );
  return {
    summary: { names, samples: n, changes },
    arrays: {
      layer_change: {
        tensor: tensorOf(change, [quantities, names.length, n]),
        axes: ["quantity", "layer", "layer sample"],
        unit: "",
        description:
          "I(F_j(u)) − I(F_{j−1}(u)), where F_j skips the modules after the j-th; over all rows the sum is I(F(u)) − I(u)",
      },
      layer_samples: {
        tensor: { dtype: "int32", shape: [n], data: Int32Array.from(chosen) },
        axes: ["layer sample"],
        unit: "",
        description: "Positions in the run of the samples whose step was followed layer by layer",
      },
    },
  };
}

/** A row a module, and the states F_0(u), F_1(u) … F(u) that the step would end with there. */
interface Followed {
  readonly names: string[];
  of(x: Tensor): Promise<Tensor[]>;
  dispose(): Promise<void>;
}

/** Along values that are states themselves; null where there are none. */
async function throughStates(
  context: StatesContext,
  network: SampleNetwork,
  following: NextInput,
  chosen: readonly number[],
): Promise<Followed | null> {
  const possible = possibleStates(network);
  if (possible.length === 0) return null;
  const program = await valuesOf(context, network, [
    ...possible.map(({ value }) => value),
    network.prediction,
  ]);
  const near = possible.map(() => true);
  for (const sample of chosen) {
    const x = slice(context.input, sample, 1);
    (await program.of(x)).slice(0, -1).forEach((value, i) => {
      near[i] &&= distance(value, following.lastState(x)) <= NEAR;
    });
  }
  const kept = possible.filter((_, i) => near[i]!);
  if (kept.length === 0) {
    await program.dispose();
    return null;
  }
  return {
    names: numbered([...kept, passageAt(network.input, network.prediction)]).map(
      ({ name }) => name,
    ),
    of: async (x) => (await program.of(x)).filter((_, i) => near[i] ?? true),
    dispose: () => program.dispose(),
  };
}

/** Along a stream of features, read early; null where there is none. */
async function throughFeatures(
  context: StatesContext,
  network: SampleNetwork,
  signal: AbortSignal,
): Promise<Followed | null> {
  const stream = featureStream(network);
  if (stream === null) return null;
  const program = await valuesOf(context, network, [...valuesIn(stream), network.prediction]);
  const exits = await Exits.compile(context, network, stream);
  return {
    names: numbered(rowsOf(stream).map((name) => ({ name }))).map(({ name }) => name),
    async of(x) {
      const found = await program.of(x);
      const actual = new Map(valuesIn(stream).map((value, i) => [value, found[i]!]));
      const stopped = await exits.of(x, actual, () => {
        signal.throwIfAborted();
      });
      // F_m is F: only what stops earlier is computed again.
      return [...stopped, found.at(-1)!];
    },
    dispose: async () => {
      await Promise.all([program.dispose(), exits.dispose()]);
    },
  };
}

/** Into the stream and out of it, then a row a module or those of the level between two. */
function rowsOf({ values, inner, end }: Stream): string[] {
  return values.flatMap(({ name }, j) => {
    const level = inner[j];
    if (j === 0) return [`${name} … ${end.name}`];
    return level ? rowsOf(level) : [name];
  });
}

function valuesIn({ values, inner }: Stream): Value[] {
  return [
    ...values.map(({ value }) => value),
    ...inner.flatMap((level) => (level === null ? [] : valuesIn(level))),
  ];
}

function integrals(meter: Meter, state: Tensor): number[] {
  return meter.values(realsOf(state), 1).map(([value]) => value!);
}

function distance(value: Tensor, x: Tensor): number {
  const [a, b] = [toFloat64(value), toFloat64(x)];
  let [difference, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

/** Some of the network's values, of one sample. */
async function valuesOf(
  { executor, model }: StatesContext,
  network: SampleNetwork,
  values: readonly Value[],
): Promise<{ of(x: Tensor): Promise<Tensor[]>; dispose(): Promise<void> }> {
  const graph: Graph = {
    inputs: [network.input, ...otherInputs(network)],
    outputs: values.map((value, i) => ({ name: `v${i}`, value })),
  };
  const program = await executor.compile(simplify(graph), { bind: model.parameters });
  const feed = inputName(network.input);
  return {
    async of(x) {
      const outputs = await program.run(new Map([[feed, x]]));
      return values.map((_, i) => outputs.get(`v${i}`)!);
    },
    dispose: () => program.dispose(),
  };
}

/** What a stream ends with when it is left early, after each of its modules but the last. */
class Exits {
  readonly #stream: Stream;
  readonly #tail: Tail;
  readonly #inner: readonly (Exits | null)[];

  private constructor(stream: Stream, tail: Tail, inner: readonly (Exits | null)[]) {
    this.#stream = stream;
    this.#tail = tail;
    this.#inner = inner;
  }

  static async compile(
    context: StatesContext,
    network: SampleNetwork,
    stream: Stream,
  ): Promise<Exits> {
    const { values, inner, end } = stream;
    const tail = await Tail.compile(context, network, values.at(-1)!.value, end.value, {
      count: rowsOf(stream).length - 1,
    });
    const levels = await Promise.all(
      inner.map((level) => (level === null ? null : Exits.compile(context, network, level))),
    );
    return new Exits(stream, tail, levels);
  }

  /** @param x one sample @param actual the stream's values in the whole network */
  async of(x: Tensor, actual: ReadonlyMap<Value, Tensor>, step: () => void): Promise<Tensor[]> {
    const { values } = this.#stream;
    const read: Tensor[] = [];
    for (const [j, { value }] of values.entries()) {
      read.push(...((await this.#inner[j]?.of(x, actual, step)) ?? []));
      if (j < values.length - 1) read.push(actual.get(value)!);
    }
    return this.#tail.of(x, read, step);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#tail.dispose(), ...this.#inner.map((level) => level?.dispose())]);
  }
}

/** The network from one value to another, with others put in the place of the first. */
class Tail {
  readonly #program: Program;
  readonly #feed: string;
  readonly #width: number;

  private constructor(program: Program, feed: string, width: number) {
    this.#program = program;
    this.#feed = feed;
    this.#width = width;
  }

  /** @param count how many will be put in */
  static async compile(
    { executor, model }: StatesContext,
    network: SampleNetwork,
    value: Value,
    end: Value,
    { count }: { readonly count: number },
  ): Promise<Tail> {
    const g = new Builder();
    const width = samplesPerRun(count, activationSize(network));
    const many = g.input(FEATURES, { dtype: value.dtype, shape: [width, ...value.shape] });
    const [ends] = vmap(g, [end], new Map([[value, many]]), width);
    const graph: Graph = {
      inputs: [network.input, many, ...otherInputs(network)],
      outputs: [{ name: "y", value: ends! }],
    };
    const program = await executor.compile(simplify(graph), { bind: model.parameters });
    return new Tail(program, inputName(network.input), width);
  }

  /** What comes out, one for each of the values put in. @param x one sample */
  async of(x: Tensor, values: readonly Tensor[], step: () => void): Promise<Tensor[]> {
    const [first] = values;
    const size = first!.data.length;
    const all = tensorOf(new Float64Array(values.length * size), [values.length, ...first!.shape]);
    values.forEach((value, j) => {
      realsOf(all).set(realsOf(value), j * size);
    });
    const ends: Tensor[] = [];
    for (let j = 0; j < values.length; j += this.#width) {
      step();
      const feeds = new Map([
        [this.#feed, x],
        [FEATURES, padded(all, j, this.#width)],
      ]);
      const found = (await this.#program.run(feeds)).get("y")!;
      for (let k = 0; k < Math.min(this.#width, values.length - j); k++) {
        ends.push(tensorOf(realsOf(slice(found, k, 1)), found.shape.slice(1)));
      }
    }
    return ends;
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}

const FEATURES = "$h";
