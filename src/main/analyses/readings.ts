/**
 * Coherence of several networks on the same samples: for each network a number an element and sample. What one network
 * gives follows from its weights, the samples and the options, and is kept by these, so that a computation that was
 * interrupted goes on where it was, and several can share the work.
 */
import type { CoherenceParameters } from "../../shared/analyses/coherence";
import { showFieldSpec, type FieldSpec } from "../../shared/fields/spec";
import { quartiles } from "../../shared/statistics";
import { toFloat64, type Tensor } from "../../shared/tensor";
import { samplesSha256 } from "../data/identity";
import type {
  AnalysisContext,
  AnalysisResult,
  Computation,
  Cost,
  CostInfo,
  Network,
  ReportProgress,
  RunInfo,
} from "./context";
import { leftOut } from "./leftOut";
import { gather, tensorOf } from "./orbit";
import type { Runs } from "./runs";

/** What is kept of a coherence. Of matrices between samples the diagonal: x itself against g·x. */
export const readingQuantities = {
  cosine: { unit: "1", description: "Cosine of g·x_i and x_i in the chosen metric" },
  euclidean_cosine: { unit: "1", description: "Cosine of ∇ℓ(g·x_i) and ∇ℓ(x_i)" },
  excess: {
    unit: "1",
    description: "Cosine of g·x_i and x_i less its mean over unrelated samples",
  },
  influence: { unit: "loss²", description: "Influence of x_i on g·x_i in the chosen metric" },
  loss: { unit: "loss", description: "ℓ(g·x_i)" },
  relative_loss: { unit: "1", description: "ℓ(g·x_i)/ℓ(x_i)" },
  equivariance_error: { unit: "1", description: "‖f(g·x_i) − g·f(x_i)‖/‖g·f(x_i)‖" },
} as const;

export type ReadingQuantity = keyof typeof readingQuantities;

const names = Object.keys(readingQuantities) as ReadingQuantity[];

/** Each [G, N] row-major, NaN for samples that took no part and for a network whose numbers are not finite. */
export type Reading = Readonly<Record<ReadingQuantity, Float64Array>>;

/** A network of a series or of a comparison. */
export interface Subject {
  readonly name: string;
  open(): Promise<Network>;
  /** Absent: what it gives is not kept. */
  identity?(): Promise<string>;
}

/** The options of a coherence that a reading follows from. */
export interface ReadingOptions extends Omit<CoherenceParameters, "sweep"> {
  /** The identity metric on a few of the samples: which checkpoints deserve more. */
  readonly screening: boolean;
}

/** Samples that screening takes at most. */
export const SCREENED = 8;

/** Raised when what a kept reading means changes. */
const FORMAT = 1;

export class Readings {
  readonly #coherence: Computation<CoherenceParameters>;
  readonly #context: AnalysisContext;
  readonly #params: CoherenceParameters;
  /** Of the samples that take part. */
  readonly #positions: readonly number[];
  readonly #signal: AbortSignal;
  /** All of what a reading follows from but the network. */
  readonly #circumstances: string;
  readonly #total: number;
  /** Remarks on networks, in the order in which they were read. */
  readonly #notices = new Map<string, string[]>();
  /** How many were there already. */
  found = 0;

  constructor(
    coherence: Computation<CoherenceParameters>,
    context: AnalysisContext,
    options: ReadingOptions,
    signal: AbortSignal,
  ) {
    const n = context.samples.length;
    this.#total = n;
    const take = options.screening ? Math.min(SCREENED, n) : n;
    this.#coherence = coherence;
    this.#positions = Array.from({ length: take }, (_, k) => Math.floor((k * n) / take));
    this.#params = coherenceOptions(options);
    this.#context = narrowed(context, this.#positions);
    this.#signal = signal;
    this.#circumstances = circumstancesOf(this.#context, this.#params);
  }

  /**
   * @throws UserError what opening the network or its coherence throws, but for numbers that are not finite
   */
  async of(subject: Subject, progress: ReportProgress): Promise<Reading> {
    const key = await this.#keyOf(subject);
    const { kept } = this.#context;
    const there = key === null ? null : ((await kept?.read(key)) ?? null);
    if (there !== null) {
      this.found++;
      this.#notices.set(subject.name, sentencesOf(there["notices"]!));
      return this.#spread((name) => toFloat64(there[name]!));
    }
    const { arrays, notices } = await this.#compute(subject, progress);
    if (key !== null) await kept?.write(key, { ...arrays, notices: bytesOf(notices) });
    this.#notices.set(subject.name, notices);
    return this.#spread((name) => toFloat64(arrays[name]!));
  }

  /** Random entries of one network's coherence again in float64, as a coherence reports them. */
  async verified({ open }: Subject, entries: number, progress: ReportProgress): Promise<unknown> {
    const context = { ...this.#context, model: await open(), notices: [] };
    const params = { ...this.#params, verify: entries };
    const { summary } = await this.#coherence.compute(context, params, progress, this.#signal);
    return summary["verified"];
  }

  /** Whether a reading is there already. */
  async has(subject: Subject): Promise<boolean> {
    const key = await this.#keyOf(subject);
    const there = key === null ? null : await this.#context.kept?.read(key);
    return there !== null && there !== undefined;
  }

  /** Each remark once, with the networks that it is on where those are not all. */
  notices(): string[] {
    const subjects = new Map<string, string[]>();
    for (const [name, notices] of this.#notices) {
      for (const notice of notices) subjects.set(notice, [...(subjects.get(notice) ?? []), name]);
    }
    const said = [...subjects].map(([notice, on]) =>
      on.length === this.#notices.size || notice.includes(on[0]!)
        ? notice
        : `${notice} (${listed(on)})`,
    );
    return said.length > MOST_NOTICES
      ? [
          ...said.slice(0, MOST_NOTICES),
          `${said.length - MOST_NOTICES} more remarks are like these.`,
        ]
      : said;
  }

  async #keyOf({ identity }: Subject): Promise<string | null> {
    if (identity === undefined || this.#context.kept === undefined) return null;
    return `${await identity()} ${this.#circumstances}`;
  }

  /** One number an element and taking sample. */
  async #compute(
    { name, open }: Subject,
    progress: ReportProgress,
  ): Promise<{ arrays: Record<ReadingQuantity, Tensor>; notices: string[] }> {
    const context = { ...this.#context, notices: [] as string[] };
    const shape = [context.elements.length, this.#positions.length];
    const of = (values: (name: ReadingQuantity) => Float64Array): Record<ReadingQuantity, Tensor> =>
      Object.fromEntries(
        names.map((quantity) => [quantity, tensorOf(values(quantity), shape)]),
      ) as Record<ReadingQuantity, Tensor>;
    try {
      const model = await open();
      const one = { ...context, model };
      const result = await this.#coherence.compute(one, this.#params, progress, this.#signal);
      return { arrays: of((quantity) => flat(result, quantity, shape)), notices: context.notices };
    } catch (error) {
      const notice = leftOut(name, error);
      const nothing = new Float64Array(shape[0]! * shape[1]!).fill(NaN);
      return { arrays: of(() => nothing), notices: [notice] };
    }
  }

  /** From the samples that take part to all of the run. */
  #spread(read: (name: ReadingQuantity) => Float64Array): Reading {
    const { elements } = this.#context;
    const n = this.#total;
    const m = this.#positions.length;
    return Object.fromEntries(
      names.map((name) => {
        const values = read(name);
        const all = new Float64Array(elements.length * n).fill(NaN);
        values.forEach((value, k) => {
          all[Math.floor(k / m) * n + this.#positions[k % m]!] = value;
        });
        return [name, all];
      }),
    ) as Record<ReadingQuantity, Float64Array>;
  }
}

/**
 * The two numbers by which networks are compared: the median cosine over samples and elements but the identity, and the
 * mean loss at x itself.
 */
export function overall(
  { cosine, loss, relative_loss: relative }: Reading,
  elements: AnalysisContext["elements"],
): { coherence: number; loss: number } {
  const n = loss.length / elements.length;
  const moving = cosine.filter((_, k) => elements[Math.floor(k / n)]!.id !== "e");
  const at = Math.max(
    0,
    elements.findIndex(({ id }) => id === "e"),
  );
  const own = loss.subarray(at * n, (at + 1) * n).map((value, i) => value / relative[at * n + i]!);
  const there = own.filter((value) => !Number.isNaN(value));
  return {
    coherence: quartiles(moving.length > 0 ? moving : cosine).median,
    loss: there.reduce((sum, value) => sum + value, 0) / there.length,
  };
}

/** The progress of one of several. */
export function within(
  progress: ReportProgress,
  k: number,
  count: number,
  name: string,
): ReportProgress {
  return ({ fraction, stage }) => {
    progress({
      fraction: (k + fraction) / count,
      stage: `${name}, ${k + 1} of ${count}: ${stage}`,
    });
  };
}

/** Of `count` networks, as far as nothing is kept of them. */
export function readingCost(
  coherence: Computation<CoherenceParameters>,
  info: CostInfo,
  options: ReadingOptions,
  count: number,
): Cost {
  const { passes, flops, memoryBytes } = coherence.estimate(...oneOf(info, options));
  return {
    passes: count * passes,
    flops: count * flops,
    memoryBytes,
    atMost: "What earlier runs in this place have computed alike is not computed again.",
  };
}

/** Programs are made anew for every network, so each has its own entries. */
export function readingRuns(
  coherence: Computation<CoherenceParameters>,
  info: RunInfo,
  options: ReadingOptions,
  count: number,
): Runs[] {
  const runs = coherence.runs!(...oneOf(info, options));
  return Array.from({ length: count }, () => runs).flat();
}

/** What one network's coherence is asked. */
function oneOf<I extends CostInfo>(info: I, options: ReadingOptions): [I, CoherenceParameters] {
  const samples = options.screening ? Math.min(SCREENED, info.samples) : info.samples;
  return [{ ...info, samples }, coherenceOptions(options)];
}

function coherenceOptions({ screening, ...rest }: ReadingOptions): CoherenceParameters {
  return { ...rest, metric: screening ? "identity" : rest.metric, sweep: "none", verify: 0 };
}

const MOST_NOTICES = 8;

function listed(names: readonly string[]): string {
  return names.length > 3
    ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`
    : names.join(", ");
}

/** The context on some of its samples, without what only whole runs keep. */
function narrowed(context: AnalysisContext, positions: readonly number[]): AnalysisContext {
  return {
    ...context,
    input: gather(context.input, positions),
    target: gather(context.target, positions),
    samples: positions.map((i) => context.samples[i]!),
  };
}

function circumstancesOf(context: AnalysisContext, params: CoherenceParameters): string {
  const { input, target, samples, group, elements, executor } = context;
  const show = (fields: FieldSpec | null): string => (fields === null ? "" : showFieldSpec(fields));
  const { loss, metric, ridge, energy, batch, batches, span } = params;
  return JSON.stringify([
    FORMAT,
    samplesSha256([input, target]),
    samples.map(({ trajectory }) => trajectory),
    [show(context.fields), show(context.outputFields)],
    [group.id, elements.map(({ id }) => id)],
    [loss, metric, ridge, energy, batch, batches, span, params["unit-columns"]],
    executor.description,
  ]);
}

/** Batches end to end [G, N], the diagonal where there is a column axis; NaN for samples of no batch. */
function flat(
  { arrays }: AnalysisResult,
  name: ReadingQuantity,
  [elements = 0, total = 0]: readonly number[],
): Float64Array {
  const { tensor, axes } = arrays[name]!;
  const data = toFloat64(tensor);
  const shape = axes[0] === "batch" ? tensor.shape.slice(1) : tensor.shape;
  const [, n = 0, columns] = shape;
  const size = n * (columns ?? 1);
  const all = new Float64Array(elements * total).fill(NaN);
  for (let k = 0; k < data.length / (elements * size); k++) {
    for (let g = 0; g < elements; g++) {
      for (let i = 0; i < n; i++) {
        const place = columns === undefined ? i : i * (columns + 1);
        all[g * total + k * n + i] = data[(k * elements + g) * size + place]!;
      }
    }
  }
  return all;
}

function bytesOf(sentences: readonly string[]): Tensor {
  const data = Int32Array.from(Buffer.from(JSON.stringify(sentences)));
  return { dtype: "int32", shape: [data.length], data };
}

function sentencesOf({ data }: Tensor): string[] {
  return JSON.parse(Buffer.from(data as Int32Array).toString()) as string[];
}
