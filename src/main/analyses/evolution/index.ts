/**
 * Coherence, equivariance and loss of each element over the checkpoints of a training, or of several from different
 * seeds. Every checkpoint's numbers are those of a coherence of its own; Amarel et al. 2026, arXiv:2601.20172, figure 7.
 */
import type { CoherenceParameters } from "../../../shared/analyses/coherence";
import type { EvolutionParameters } from "../../../shared/analyses/evolution";
import { UserError } from "../../../shared/errors";
import { quartiles } from "../../../shared/statistics";
import type {
  AnalysisContext,
  Checkpoint,
  Computation,
  CostInfo,
  ReportProgress,
  ResultArray,
  Share,
} from "../context";
import { tensorOf } from "../orbit";
import {
  overall,
  readingCost,
  readingQuantities,
  readingRuns,
  Readings,
  within,
  type Reading,
  type ReadingQuantity,
} from "../readings";
import { nextMoment } from "./choice";
import { seriesOf, type Series } from "../series";
import { summaryOf, type Table } from "./summary";

/** @param coherence what computes one checkpoint */
export function evolution(
  coherence: Computation<CoherenceParameters>,
): Computation<EvolutionParameters> {
  return {
    async compute(context, params, progress, signal) {
      const series = readSeries(context);
      const readings = new Readings(coherence, context, params, signal);
      const table = await tableOf(context, series, params["at-most"], readings, progress);
      context.notices.push(...readings.notices(), ...noticesOf(series, table));
      const last = series.at(0, series.moments.length - 1) ?? context.checkpoints!.at(-1)!;
      return {
        summary: {
          ...summaryOf(context, params.seed, table),
          kept: readings.found,
          ...(params.verify === 0
            ? {}
            : { verified: await readings.verified(last, params.verify, progress) }),
        },
        arrays: arraysOf(context, table),
      };
    },
    async share(context, params, share, progress, signal) {
      const parts = partsOf(readSeries(context), params["at-most"], share);
      const readings = new Readings(coherence, context, params, signal);
      for (const [k, checkpoint] of parts.entries()) {
        await readings.of(checkpoint, within(progress, k, parts.length, checkpoint.name));
      }
      return parts.length;
    },
    async missing(context, params, signal) {
      const readings = new Readings(coherence, context, params, signal);
      const names = [];
      for (const part of partsOf(readSeries(context), params["at-most"], { index: 0, of: 1 })) {
        if (!(await readings.has(part))) names.push(part.name);
      }
      return names;
    },
    verification: (info, params) => coherence.verification!(info, { ...params, sweep: "none" }),
    estimate: (info, params) => readingCost(coherence, info, params, countOf(info, params)),
    runs: (info, params) => readingRuns(coherence, info, params, countOf(info, params)),
  };
}

function countOf(
  { checkpoints = 0, trainings = 1 }: CostInfo,
  { "at-most": atMost }: EvolutionParameters,
): number {
  return atMost === 0 ? checkpoints : Math.min(checkpoints, atMost * trainings);
}

/** @throws UserError "evolution/one-checkpoint" */
function readSeries({ checkpoints = [] }: AnalysisContext): Series {
  const series = seriesOf(checkpoints);
  if (series.moments.length >= 2) return series;
  throw new UserError(
    "evolution/one-checkpoint",
    `An evolution needs at least two checkpoints of a training, and there is ${series.moments.length === 0 ? "none" : "one"}.`,
    { where: "checkpoints", todo: "Name the folder that holds them." },
  );
}

/** @throws UserError "evolution/adaptive" where which checkpoints are computed hangs on what they give */
function partsOf(series: Series, atMost: number, { index, of }: Share): Checkpoint[] {
  if (atMost > 0 && atMost < series.moments.length) {
    throw new UserError(
      "evolution/adaptive",
      `Which ${atMost} of ${series.moments.length} checkpoints are computed hangs on what they give, so they cannot be divided beforehand.`,
      { where: "at-most", todo: "Set At most to 0, or name fewer checkpoints." },
    );
  }
  const all = series.moments.flatMap((_, moment) =>
    series.seeds.flatMap((__, seed) => series.at(seed, moment) ?? []),
  );
  return all.filter((_, k) => k % of === index);
}

/** Reads every moment, or the `atMost` that the curves call for. */
async function tableOf(
  { elements }: AnalysisContext,
  series: Series,
  atMost: number,
  readings: Readings,
  progress: ReportProgress,
): Promise<Table> {
  const { seeds, moments } = series;
  const budget = atMost === 0 ? moments.length : Math.max(2, Math.min(atMost, moments.length));
  const total = seeds.length * budget;
  const columns = new Map<number, (Reading | null)[]>();
  const curves = new Map<number, number[]>();
  let moment = budget === moments.length ? 0 : nextMoment(curves, moments.length, budget);
  while (moment !== null) {
    const column: (Reading | null)[] = [];
    for (const seed of seeds.keys()) {
      const checkpoint = series.at(seed, moment);
      const done = columns.size * seeds.length + seed;
      column.push(
        checkpoint === null
          ? null
          : await readings.of(checkpoint, within(progress, done, total, checkpoint.name)),
      );
    }
    columns.set(moment, column);
    curves.set(moment, curvesAt(column, elements));
    if (budget < moments.length) moment = nextMoment(curves, moments.length, budget);
    else moment = moment + 1 < moments.length ? moment + 1 : null;
  }
  const used = [...columns.keys()].sort((a, b) => a - b);
  return {
    seeds,
    moments: used.map((k) => moments[k]!),
    readings: seeds.map((_, seed) => used.map((k) => columns.get(k)![seed]!)),
  };
}

function noticesOf({ moments, seeds }: Series, table: Table): string[] {
  const left = moments.length - table.moments.length;
  const missing = table.readings.flat().filter((reading) => reading === null).length;
  return [
    ...(left === 0
      ? []
      : [
          `${table.moments.length} of ${moments.length} checkpoints were asked for: the ends, and where the curves change most.`,
        ]),
    ...(missing === 0
      ? []
      : [
          `Of ${seeds.length} trainings not all kept the same checkpoints; ${missing} are missing and left out.`,
        ]),
  ];
}

/** What a choice of moments goes by: each element's median cosine, and decades of the loss, mean over trainings. */
function curvesAt(
  column: readonly (Reading | null)[],
  elements: AnalysisContext["elements"],
): number[] {
  const there = column.filter((reading) => reading !== null);
  const mean = (of: (reading: Reading) => number): number =>
    there.reduce((sum, reading) => sum + of(reading), 0) / there.length;
  return [
    ...elements.map((_, g) =>
      mean(({ cosine }) => {
        const n = cosine.length / elements.length;
        return quartiles(cosine.subarray(g * n, (g + 1) * n)).median;
      }),
    ),
    mean((reading) => Math.log10(overall(reading, elements).loss)),
  ];
}

/** Arrays [S, M, G, N], NaN where a training has no such moment. */
function arraysOf(
  { elements, samples }: AnalysisContext,
  { seeds, moments, readings }: Table,
): Record<string, ResultArray> {
  const size = elements.length * samples.length;
  const shape = [seeds.length, moments.length, elements.length, samples.length];
  const of = (name: ReadingQuantity): Float64Array => {
    const all = new Float64Array(seeds.length * moments.length * size).fill(NaN);
    readings.forEach((row, s) => {
      row.forEach((reading, m) => {
        if (reading !== null) all.set(reading[name], (s * moments.length + m) * size);
      });
    });
    return all;
  };
  const quantities = Object.keys(readingQuantities) as ReadingQuantity[];
  return {
    ...Object.fromEntries(
      quantities.map((name) => [
        `checkpoint_${name}`,
        {
          tensor: tensorOf(of(name), shape),
          axes: ["seed", "checkpoint", "element", "sample"],
          ...readingQuantities[name],
        },
      ]),
    ),
    epoch: {
      tensor: tensorOf(
        Float64Array.from(moments, ({ epoch }) => epoch ?? NaN),
        [moments.length],
      ),
      axes: ["checkpoint"],
      unit: "",
      description: "The number in the checkpoint's name; NaN without one",
    },
  };
}
