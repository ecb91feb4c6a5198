/** Orbit gradient coherence: the definition's computation. Amarel et al. 2026, arXiv:2601.20172. */
import { UserError } from "../../../shared/errors";
import { inBatches } from "../../../shared/selection";
import { sizeOf } from "../../../shared/tensor";
import type { LossId } from "../../training/losses";
import { aggregate } from "../aggregate";
import type {
  AnalysisContext,
  AnalysisResult,
  Computation,
  ReportProgress,
  ResultArray,
} from "../context";
import { Gradients } from "../gradients";
import { LongProducts } from "../longProducts";
import { KeptFields } from "../keptFields";
import { activationSize, checkSamples, multiplyAdds, sampleNetwork } from "../network";
import { gather, nameOfSample, tensorOf } from "../orbit";
import { Tangents } from "../tangents";
import { planVerification, verifyEntries } from "./verify";
import type { CoherenceParameters } from "../../../shared/analyses/coherence";
import { coherenceOfBatch } from "./batch";
import type { BatchResult } from "./batchInput";
import { describeArrays } from "./arrays";
import { noticesOf } from "./notices";
import { worstPrecision, type ElementPrecision } from "./precision";
import { cost, countRuns, neededPasses, plan, totalWork } from "./plan";

export const coherence: Computation<CoherenceParameters> = {
  compute,
  estimate: (info, params) => {
    const size = sizeOfBatch(info.samples, params);
    return cost(
      { ...info, samples: size },
      {
        metric: params.metric === "gauss-newton",
        common: params.span === "common",
        batches: params.batches,
      },
    );
  },
  verification: (info, params) => {
    const samples = sizeOfBatch(info.samples, params);
    return planVerification({ ...info, samples }, params);
  },
  runs: (info, params) => {
    const samples = sizeOfBatch(info.samples, params);
    const sizes = {
      ...info,
      samples,
      together: params.span === "common" ? info.moving + 1 : 2,
      tangents: params.metric === "gauss-newton",
    };
    const schedule = plan(sizes, info.memoryBytes);
    const batches = Math.min(params.batches, Math.floor(info.samples / samples));
    const { gradients, primals, tangents } = countRuns(sizes, schedule, info.moving + 1);
    return [
      { program: "gradient", width: schedule.gradientChunk, count: batches * gradients },
      { program: "primal", width: schedule.tangentWidth, count: batches * primals },
      { program: "tangent", width: schedule.tangentWidth, count: batches * tangents },
    ];
  },
};

/** 0 divides what there is evenly over the batches. */
function sizeOfBatch(samples: number, { batch, batches }: CoherenceParameters): number {
  return batch === 0 ? Math.max(1, Math.floor(samples / batches)) : Math.min(batch, samples);
}

async function compute(
  context: AnalysisContext,
  params: CoherenceParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { model, executor, elements, memoryBytes } = context;
  const loss = params.loss as LossId;
  const network = sampleNetwork(model);
  checkSamples(network, context.input, context.target, (i) => nameOfSample(context.samples[i]!));
  const batches = batchesOf(context, params);
  const n = batches[0]!.length;
  const metric = params.metric === "gauss-newton";
  const parameters = network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const points = new Set([...elements.map(({ id }) => id), "e"]).size;
  const sizes = {
    samples: n,
    parameters,
    outputSize: sizeOf(network.prediction.shape),
    activations: activationSize(network),
    together: params.span === "common" ? points : 2,
    width: executor.id === "reference" ? 8 : 4,
    tangents: metric,
  };
  const schedule = plan(sizes, memoryBytes);
  progress({ fraction: 0, stage: "Preparing the gradient graph" });
  const gradients = await Gradients.compile(
    executor,
    model,
    network,
    loss,
    schedule.gradientChunk,
    memoryBytes / 2,
  );
  if (gradients.remark !== null) context.notices.push(gradients.remark);
  signal.throwIfAborted();
  if (metric) progress({ fraction: 0, stage: "Preparing the tangent graph" });
  const tangents = metric
    ? await Tangents.compile(executor, model, network, schedule.tangentWidth)
    : null;
  const products = new LongProducts(executor);
  const work = batches.length * totalWork(sizes, schedule, points);
  let done = 0;
  const kept = new KeptFields(context, network.prediction.shape.slice(1), batches);
  const results: BatchResult[] = [];
  for (const [k, batch] of batches.entries()) {
    results.push(
      await coherenceOfBatch({
        context,
        params,
        samples: batch.map((i) => context.samples[i]!),
        input: gather(context.input, batch),
        target: gather(context.target, batch),
        gradients,
        tangents,
        products,
        plan: schedule,
        step: (stage, runWork) => {
          signal.throwIfAborted();
          // What a small budget makes again is not in the estimate.
          progress({ fraction: Math.min(done / work, 0.99), stage });
          done += runWork;
        },
        onPrediction: (element, first, { prediction }) => {
          kept.add(k, element, first, prediction);
        },
      }),
    );
  }
  await gradients.dispose();
  await tangents?.dispose();
  await products.dispose();
  const used = batches.flat().map((i) => context.samples[i]!);
  const arrays = stack(context, results, n);
  const moving = elements.filter(({ id }) => id !== "e").length;
  const checks = planVerification({ samples: n, moving, work: multiplyAdds(network) }, params);
  const verified =
    params.verify === 0
      ? {}
      : {
          verified: await verifyEntries(
            checks,
            context,
            params,
            batches,
            results,
            signal,
            progress,
          ),
        };
  context.notices.push(...noticesOf(context, params, results, { ...sizes, batches }));
  const { primals } = countRuns(sizes, schedule, points);
  const passes = {
    made: done + batches.length * primals,
    needed: batches.length * neededPasses(sizes, points),
  };
  return {
    summary: { ...summaryOf(context, params, results, used, n), passes, ...verified },
    arrays: { ...arrays, ...kept.arrays() },
  };
}

/**
 * Positions of the samples of each batch.
 * @throws UserError "coherence/batch-of-one"
 */
function batchesOf(context: AnalysisContext, params: CoherenceParameters): number[][] {
  const positions = context.samples.map((_, i) => i);
  const size = sizeOfBatch(positions.length, params);
  const { batches, notices } = inBatches(positions, size);
  const wanted = batches.slice(0, params.batches);
  if (size < 2) {
    throw new UserError(
      "coherence/batch-of-one",
      "Coherence compares samples within a batch, but a batch has one sample here.",
      { where: "samples", todo: "Choose more samples or a larger batch." },
    );
  }
  if (size < params.batch) {
    context.notices.push(`A batch of ${params.batch} was asked for; there are ${size} samples.`);
  }
  if (wanted.length < params.batches) {
    context.notices.push(
      `${params.batches} batches of ${size} were asked for; ${positions.length} samples make ${wanted.length}.`,
    );
  } else if (batches.length > wanted.length) {
    context.notices.push(
      `${positions.length - wanted.length * size} of ${positions.length} samples are in no batch.`,
    );
  } else context.notices.push(...notices);
  return wanted;
}

/** Arrays of all batches, with a leading batch axis where there are several. */
function stack(
  context: AnalysisContext,
  results: readonly BatchResult[],
  n: number,
): Record<string, ResultArray> {
  const first = results[0]!;
  const shapes = describeArrays(context.elements.length, n, first.sweepValues.length);
  const arrays: Record<string, ResultArray> = {};
  for (const [name, { shape, axes, unit, description }] of Object.entries(shapes)) {
    if (first.arrays[name] === undefined) continue;
    const size = sizeOf(shape);
    const data = new Float64Array(results.length * size);
    results.forEach((result, k) => {
      data.set(result.arrays[name]!, k * size);
    });
    const several = results.length > 1;
    arrays[name] = {
      tensor: tensorOf(data, several ? [results.length, ...shape] : shape),
      axes: several ? ["batch", ...axes] : axes,
      unit,
      description,
    };
  }
  if (first.sweepValues.length > 0) {
    arrays.sweep_values = {
      tensor: tensorOf(Float64Array.from(first.sweepValues), [first.sweepValues.length]),
      axes: ["sweep"],
      unit: "",
      description: "Ridges, or numbers of samples, of the sweep",
    };
  }
  return arrays;
}

function summaryOf(
  context: AnalysisContext,
  params: CoherenceParameters,
  results: readonly BatchResult[],
  used: AnalysisContext["samples"],
  n: number,
): Record<string, unknown> {
  const { elements, group } = context;
  /** Batches end to end, [G, batches · n]; the diagonal of arrays with a column axis. */
  const joined = (name: string, diagonal: boolean): Float64Array => {
    const total = results.length * n;
    return Float64Array.from({ length: elements.length * total }, (_, k) => {
      const g = Math.floor(k / total);
      const sample = k % total;
      const i = sample % n;
      const place = diagonal ? (g * n + i) * n + i : g * n + i;
      return results[Math.floor(sample / n)]!.arrays[name]![place]!;
    });
  };
  const { elements: spreads, subgroups } = aggregate(
    group,
    elements,
    used,
    {
      influence: joined("influence", true),
      cosine: joined("cosine", true),
      euclidean_cosine: joined("euclidean_cosine", true),
      excess: joined("excess", false),
      relative_loss: joined("relative_loss", false),
      equivariance_error: joined("equivariance_error", false),
    },
    params.seed,
  );
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    metric: params.metric === "identity" ? "identity" : "span-restricted Gauss–Newton",
    samples: n,
    batches: results.length,
    ...precisionOf(results, [...elements.keys()]),
    elements: Object.fromEntries(
      elements.map(({ id }, g) => [
        id,
        {
          ...spreads[id],
          rank: mean(results.map(({ ranks }) => ranks[g]!)),
          energy_kept: [0, 1].map((side) =>
            mean(results.map(({ arrays }) => arrays.energy_kept![g * 2 + side]!)),
          ),
          ...precisionOf(results, [g]),
        },
      ]),
    ),
    subgroups,
  };
}

/** What rounding may do to the results of some elements, the largest over batches; nothing where it is not known. */
function precisionOf(
  results: readonly BatchResult[],
  elements: readonly number[],
): { precision?: ElementPrecision & { rounding: number } } {
  const worst = worstPrecision(results, elements);
  if (worst === null) return {};
  const rounding = Math.max(...results.map((result) => result.rounding ?? 0));
  return { precision: { rounding, ...worst } };
}
