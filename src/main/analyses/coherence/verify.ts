/**
 * Random entries of a result recomputed in float64 on the reference executor. Influence and cosine follow from the
 * gradients and tangents of a whole element; where these are more than float64 can afford, single products of
 * gradients stand in, and as many of tangents as it can.
 */
import { integerBelow, randomFrom, type Random } from "../../../shared/random";
import { sizeOf } from "../../../shared/tensor";
import type { LossId } from "../../training/losses";
import type { AnalysisContext, ReportProgress } from "../context";
import { Gradients, type Columns } from "../gradients";
import { addInnerProducts, rowsOf, type Reals } from "../innerProducts";
import { LongProducts } from "../longProducts";
import { activationSize, sampleNetwork } from "../network";
import { gather, image } from "../orbit";
import { Tangents } from "../tangents";
import type { CoherenceParameters } from "../../../shared/analyses/coherence";
import { coherenceOfBatch } from "./batch";
import type { BatchResult } from "./batchInput";
import { GRADIENT_PASSES, plan, TANGENT_PASSES } from "./plan";

export interface Verification {
  readonly quantity: string;
  readonly entries: number;
  /** Largest deviation over the geometric mean of both self terms; of a cosine, absolute. */
  readonly largest: number;
}

/** Operations of float64 that a check may take: about a minute (0.2 GFLOP/s measured on two busy cores). */
const AFFORDABLE = 1e10;

/** What is recomputed, and what it costs. */
export interface VerificationPlan {
  /** For people. */
  readonly what: string;
  /** A whole element, or the entries alone. */
  readonly whole: boolean;
  /** Entries of the metric, where there is one and not a whole element is recomputed. */
  readonly ofMetric: number;
  /** Forward-equivalent passes. */
  readonly passes: number;
}

/** @param info.moving elements other than the identity; @param info.samples those of a batch */
export function planVerification(
  { samples, moving, work }: { samples: number; moving: number; work: number },
  params: Pick<CoherenceParameters, "verify" | "metric" | "span">,
): VerificationPlan {
  const { verify } = params;
  if (verify === 0) return { what: "", whole: false, ofMetric: 0, passes: 0 };
  const tangents = params.metric === "gauss-newton";
  const points = 1 + (params.span === "common" ? moving : Math.min(moving, 1));
  const element = points * samples * (GRADIENT_PASSES + (tangents ? samples * TANGENT_PASSES : 0));
  if (2 * work * element <= AFFORDABLE) {
    const what = params.span === "common" ? "one batch" : "one element";
    return { what, whole: true, ofMetric: 0, passes: element };
  }
  const ofGradients = 2 * GRADIENT_PASSES;
  const ofTangents = 2 * samples * TANGENT_PASSES;
  const affordable = Math.floor(AFFORDABLE / (2 * work * (ofGradients + ofTangents)));
  const ofMetric = tangents ? Math.min(verify, Math.max(1, affordable)) : 0;
  return {
    what: `${verify} products of gradients${tangents ? ` and ${ofMetric} of tangents (a whole element would take too long)` : ""}`,
    whole: false,
    ofMetric,
    passes: verify * ofGradients + ofMetric * ofTangents,
  };
}

/** `params.verify` random entries of every quantity that is recomputed as planned. */
export async function verifyEntries(
  chosen: Pick<VerificationPlan, "whole" | "ofMetric">,
  context: AnalysisContext,
  params: CoherenceParameters,
  batches: readonly (readonly number[])[],
  results: readonly Pick<BatchResult, "arrays">[],
  signal: AbortSignal,
  progress: ReportProgress,
): Promise<Verification[]> {
  const executor = await context.reference();
  const random = randomFrom(params.seed, 2);
  let run = 0;
  const step = (what: string): void => {
    signal.throwIfAborted();
    progress({ fraction: 0.99, stage: `Verifying in float64, run ${++run}: ${what}` });
  };
  const job = { context: { ...context, executor }, params, batches, results, random, step };
  return chosen.whole ? wholeElement(job) : entriesAlone(job, chosen.ofMetric);
}

interface Job {
  /** With the reference as its executor. */
  readonly context: AnalysisContext;
  readonly params: CoherenceParameters;
  /** Positions of each batch's samples. */
  readonly batches: readonly (readonly number[])[];
  readonly results: readonly Pick<BatchResult, "arrays">[];
  readonly random: Random;
  readonly step: (what: string) => void;
}

/** Of one random element of one random batch, or of all elements where they share a span. */
async function wholeElement(job: Job): Promise<Verification[]> {
  const { params, random, step } = job;
  const batch = integerBelow(random, job.batches.length);
  const common = params.span === "common";
  const chosen = integerBelow(random, job.context.elements.length);
  const elements = common ? job.context.elements : [job.context.elements[chosen]!];
  const exact = await recomputed(job, batch, elements);
  const n = job.batches[batch]!.length;
  const found = job.results[batch]!.arrays;
  const at = Array.from({ length: params.verify }, () => {
    const g = common ? integerBelow(random, elements.length) : 0;
    const [i, j] = [integerBelow(random, n), integerBelow(random, n)];
    return { own: g, there: common ? g : chosen, i, j };
  });
  const compare = (
    quantity: string,
    scale: (g: number, i: number, j: number) => number,
  ): Verification[] => {
    const [wanted, given] = [exact[quantity], found[quantity]];
    if (wanted === undefined || given === undefined) return [];
    const differences = at.flatMap(({ own, there, i, j }) => {
      const place = (g: number): number => (g * n + i) * n + j;
      const difference = Math.abs(given[place(there)]! - wanted[place(own)]!);
      // A cosine without a value has none in either precision.
      return Number.isNaN(wanted[place(own)]!) ? [] : [difference / scale(own, i, j)];
    });
    return [{ quantity, entries: differences.length, largest: Math.max(0, ...differences) }];
  };
  const selves =
    (bra: Float64Array, ket: (g: number, j: number) => number) =>
    (g: number, i: number, j: number): number =>
      Math.sqrt(bra[g * n + i]! * ket(g, j));
  step("comparing");
  const { gram_self, gram_x, self_influence, self_influence_x } = exact;
  return [
    ...compare(
      "gram",
      selves(gram_self!, (_, j) => gram_x![j * (n + 1)]!),
    ),
    ...(params.metric === "identity"
      ? []
      : compare(
          "influence",
          selves(self_influence!, (g, j) => self_influence_x![g * n + j]!),
        )),
    ...compare("cosine", () => 1),
  ];
}

/** The arrays of one batch for those elements, in float64. */
async function recomputed(
  { context, params, batches, step }: Job,
  batch: number,
  elements: AnalysisContext["elements"],
): Promise<Record<string, Float64Array>> {
  const { model, executor, memoryBytes } = context;
  const network = sampleNetwork(model);
  const positions = batches[batch]!;
  const points = new Set([...elements.map(({ id }) => id), "e"]).size;
  const tangents = params.metric === "gauss-newton";
  const sizes = {
    samples: positions.length,
    parameters: network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    outputSize: sizeOf(network.prediction.shape),
    activations: activationSize(network),
    together: params.span === "common" ? points : 2,
    width: 8,
    tangents,
  };
  const schedule = plan(sizes, memoryBytes);
  const loss = params.loss as LossId;
  const gradients = await Gradients.compile(executor, model, network, loss, schedule.gradientChunk);
  const pushed = tangents
    ? await Tangents.compile(executor, model, network, schedule.tangentWidth)
    : null;
  const result = await coherenceOfBatch({
    context: { ...context, elements },
    params: { ...params, sweep: "none" },
    samples: positions.map((i) => context.samples[i]!),
    input: gather(context.input, positions),
    target: gather(context.target, positions),
    gradients,
    tangents: pushed,
    products: new LongProducts(executor),
    plan: schedule,
    step,
    onPrediction: () => undefined,
  });
  await gradients.dispose();
  await pushed?.dispose();
  return result.arrays;
}

/** `params.verify` products of gradients, and `ofMetric` of their tangents. */
async function entriesAlone(job: Job, ofMetric: number): Promise<Verification[]> {
  const { context, params, batches, results, random, step } = job;
  const network = sampleNetwork(context.model);
  const loss = params.loss as LossId;
  const gradients = await Gradients.compile(context.executor, context.model, network, loss, 1);
  const tangents =
    ofMetric === 0 ? null : await Tangents.compile(context.executor, context.model, network, 1);
  const largest = { gram: 0, metric: 0 };
  for (let k = 0; k < params.verify; k++) {
    const b = integerBelow(random, batches.length);
    const batch = batches[b]!;
    const n = batch.length;
    const g = integerBelow(random, context.elements.length);
    const [i, j] = [integerBelow(random, n), integerBelow(random, n)];
    const place = (g * n + i) * n + j;
    const bra = await gradientOf(job, gradients, g, batch[i]!);
    const ket = await gradientOf(job, gradients, -1, batch[j]!);
    const { arrays } = results[b]!;
    largest.gram = Math.max(largest.gram, deviation(arrays.gram![place]!, product, bra, ket));
    if (tangents === null || k >= ofMetric) continue;
    const samples = gather(context.input, batch);
    const push = (columns: Columns): Promise<Reals> =>
      tangents.push(columns, samples, () => {
        step("tangents");
      });
    const [left, right] = [await push(bra), await push(ket)];
    const mean = (a: Reals, c: Reals): number => innerProduct(a, c) / a.length;
    largest.metric = Math.max(largest.metric, deviation(arrays.metric![place]!, mean, left, right));
  }
  await gradients.dispose();
  await tangents?.dispose();
  return [
    { quantity: "gram", entries: params.verify, largest: largest.gram },
    ...(ofMetric === 0 ? [] : [{ quantity: "metric", entries: ofMetric, largest: largest.metric }]),
  ];
}

/** @param element −1 for the untransformed sample */
async function gradientOf(
  { context, step }: Job,
  gradients: Gradients,
  element: number,
  sample: number,
): Promise<Columns> {
  const [input, target] = [context.input, context.target].map((all) => gather(all, [sample]));
  const g = context.elements[element];
  const moved =
    g === undefined
      ? [input!, target!]
      : [image(g, input!, context.fields), image(g, target!, context.outputFields)];
  const { columns } = await gradients.of(moved[0]!, moved[1]!, 0, 1, () => {
    step("gradients");
  });
  return columns;
}

/** Of a product ⟨a, b⟩ that was found, over both norms. */
function deviation<T>(found: number, product: (a: T, b: T) => number, a: T, b: T): number {
  return Math.abs(found - product(a, b)) / Math.sqrt(product(a, a) * product(b, b));
}

function product(a: Columns, b: Columns): number {
  return a.parts.reduce((sum, part, k) => sum + innerProduct(part, b.parts[k]!), 0);
}

function innerProduct(a: Reals, b: Reals): number {
  const out = new Float64Array(1);
  addInnerProducts(out, rowsOf(a, 1), rowsOf(b, 1));
  return out[0]!;
}
