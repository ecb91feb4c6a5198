/** Coherence of one batch: gradients of the orbit, their inner products, and what is read off them. */
import type { Element } from "../../../shared/groups/element";
import type { BatchInput, BatchResult } from "./batchInput";
import { OrbitGrams, type GramBlock } from "./grams";
import { Observations } from "./observations";
import { GRADIENT_PASSES, TANGENT_PASSES } from "./plan";
import { Reading } from "./reading";
import { sweepOf } from "./sweep";

export async function coherenceOfBatch(batch: BatchInput): Promise<BatchResult> {
  const { context, params, input } = batch;
  const { elements } = context;
  const n = input.shape[0]!;
  const seen = new Observations(batch);
  const identity = seen.point(context.group.identity);
  const grams = new OrbitGrams({
    gradients: batch.gradients,
    tangents: batch.tangents,
    products: batch.products,
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
