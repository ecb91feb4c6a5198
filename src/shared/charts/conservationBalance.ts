/** How far each stated balance law is off along a rollout, beside the data's own residual. */
import type { RunResult } from "../run";
import { column, stepsOf, stepScale, withCurves } from "./conservationNumbers";
import { curvesOption, type Curves } from "./curves";
import type { FigureDefinition } from "./figure";
import { cell, has, perElement, sampleName } from "./reading";
import { logScale } from "./scale";

interface Balance {
  readonly id: string;
  /** Largest rate of the data, or what would change a hundredth of the integral within the rollout, whichever is more. */
  readonly scale: number;
}

function balancesOf({ record }: RunResult): Balance[] {
  const { balances } = record.summary;
  return Array.isArray(balances) ? (balances as Balance[]) : [];
}

/** Residuals over each balance's scale. */
function relative(run: RunResult, name: string): Float64Array[] {
  const stated = balancesOf(run);
  return (perElement(run, name) ?? []).map((values, r) => {
    const scale = stated[r]?.scale ?? 0;
    return values.map((value) => Math.abs(value) / (scale > 0 ? scale : 1));
  });
}

function curvesOf(run: RunResult): Curves {
  const n = stepsOf(run.record);
  const kinds = [
    { name: "network", dash: "solid", all: relative(run, "balance") },
    { name: "data", dash: "dashed", all: relative(run, "balance_reference") },
  ] as const;
  const shown = kinds.filter(({ all }) => all.some((values) => values.some(Number.isFinite)));
  return {
    xs: Array.from({ length: n }, (_, k) => k + 1),
    xAxis: { name: "step k", scale: stepScale(1, n) },
    yAxis: {
      name: "residual / rate",
      scale: logScale(shown.flatMap(({ all }) => all.flatMap((values) => [...values]))),
    },
    sets: shown.map(({ name, dash, all }) => ({
      name,
      dash,
      values: (r, k) => column(all[r]!, k, n),
    })),
  };
}

export const balanceFigure: FigureDefinition = {
  id: "balance",
  title: "Balance laws",
  caption:
    "What is left of each stated balance over a step, |ΔI/Δt − mean rate + mean outflow through walls|, relative to the data’s largest rate, or to what would change a hundredth of the integral within the rollout where that is more: medians over rollouts, solid for the network, dashed for the data, whose own residual is that of taking the rate at the two ends of a step.",
  arrays: ["balance", "balance_reference"],
  aspect: 0.6,
  applies: (record) => has(record, "balance"),
  option(run, theme) {
    const named = withCurves(
      run,
      balancesOf(run).map(({ id }) => id),
    );
    return curvesOption(named, theme, {}, curvesOf(run));
  },
  table(run) {
    const n = stepsOf(run.record);
    const [network, data] = [relative(run, "balance"), relative(run, "balance_reference")];
    return {
      columns: [
        { name: "balance", unit: "" },
        { name: "sample", unit: "" },
        { name: "step", unit: "" },
        { name: "residual_network", unit: "1" },
        { name: "residual_data", unit: "1" },
      ],
      rows: balancesOf(run).flatMap(({ id }, r) =>
        [...(network[r] ?? [])].map((value, at) => [
          id,
          sampleName(run.record, Math.floor(at / n)),
          (at % n) + 1,
          cell(value),
          cell(data[r]?.[at]),
        ]),
      ),
    };
  },
};
