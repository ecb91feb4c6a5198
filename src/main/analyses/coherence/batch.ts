/** Coherence of one batch: gradients of the orbit, their inner products, and what is read off them. */
import type { coherence } from "../../../shared/analyses/coherence";
import type { Element } from "../../../shared/groups/element";
import type { ParameterValues } from "../../../shared/parameters";
import type { Tensor } from "../../../shared/tensor";
import type { AnalysisContext, SampleRef } from "../context";
import type { Gradients, SampleGradients } from "../gradients";
import type { Tangents } from "../tangents";
import { OrbitGrams, type GramBlock } from "./grams";
import { Observations } from "./observations";
import { GRADIENT_PASSES, TANGENT_PASSES, type Plan } from "./plan";
import type { ElementPrecision } from "./precision";
import { Reading } from "./reading";
import { sweepOf } from "./sweep";

export type CoherenceParameters = ParameterValues<typeof coherence.parameters>;

/** The arrays of one batch by name, row-major, without the batch axis. */
export interface BatchResult {
  readonly arrays: Record<string, Float64Array>;
  readonly ranks: readonly number[];
  readonly sweepValues: readonly number[];
  /** Relative standard error of one inner product of gradients, as measured; null where it could not be. */
  readonly rounding: number | null;
  /** What it makes of each element's results; empty without. */
  readonly precision: readonly ElementPrecision[];
}

export interface BatchInput {
  readonly context: AnalysisContext;
  readonly params: CoherenceParameters;
  readonly samples: readonly SampleRef[];
  readonly input: Tensor;
  readonly target: Tensor;
  readonly gradients: Gradients;
  readonly tangents: Tangents | null;
  readonly plan: Plan;
  /** Called before each run with what it does and its share of the plan's total work; throws to stop. */
  readonly step: (stage: string, work: number) => void;
  /** Gets f(g·x_i) from sample `first` on. */
  readonly onPrediction: (element: number, first: number, result: SampleGradients) => void;
}

export async function coherenceOfBatch(batch: BatchInput): Promise<BatchResult> {
  const { context, params, input } = batch;
  const { elements } = context;
  const n = input.shape[0]!;
  const seen = new Observations(batch);
  const identity = seen.point(context.group.identity);
  const grams = new OrbitGrams({
    gradients: batch.gradients,
    tangents: batch.tangents,
    plan: batch.plan,
    metricPoint: identity,
    perMetricSample: params.sweep === "samples",
    step: (stage, key) => {
      const state = key === "e" ? "x" : `${labelOf(elements, key)}·x`;
      if (stage === "gradients") {
        batch.step(`Gradients at ${state}`, GRADIENT_PASSES * batch.plan.gradientChunk);
      } else batch.step(`Tangents of ${state}`, TANGENT_PASSES * batch.plan.tangentWidth);
    },
    onSamples: (key, first, result) => {
      seen.add(key, first, result);
    },
  });
  const own = await grams.between(identity, identity);
  seen.checkFinite();
  const sweep = sweepOf(params, n);
  const rounding = grams.rounding.relative;
  const reading = new Reading(batch, own, grams.rounding, sweep);
  if (params.span === "common") {
    const points = [identity, ...moving(elements).map((element) => seen.point(element))];
    const blocks = new Map<string, GramBlock>();
    for (const [i, a] of points.entries()) {
      for (const [j, b] of points.slice(0, i + 1).entries()) {
        blocks.set(`${i} ${j}`, i === 0 ? own : await grams.between(a, b));
      }
    }
    reading.addCommon(points.length, (i, j) => blocks.get(`${i} ${j}`)!);
  } else {
    for (const [g, element] of elements.entries()) {
      if (element.id === "e") reading.addElement(g, 1, () => own);
      else {
        const point = seen.point(element);
        const cross = await grams.between(point, identity);
        const square = await grams.between(point, point);
        grams.release(point);
        reading.addElement(g, 2, (i, j) => (i === 0 ? own : j === 0 ? cross : square));
      }
    }
  }
  return {
    arrays: { ...reading.arrays, ...seen.arrays(), gram_x: own.gram },
    ranks: reading.ranks,
    sweepValues: sweep?.values ?? [],
    rounding,
    precision: reading.precision,
  };
}

function moving(elements: readonly Element[]): Element[] {
  return elements.filter((element) => element.id !== "e");
}

function labelOf(elements: readonly Element[], id: string): string {
  return elements.find((element) => element.id === id)?.label ?? id;
}
