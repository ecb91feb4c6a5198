/** Exchanges of particles beside the Lie derivative: a column an exchange, on the figure over elements. */
import type { RunResult } from "../run";
import { byElementOption, type Panel } from "./byElement";
import type { FigureDefinition } from "./figure";
import { has, perElement } from "./reading";
import { sampleTable } from "./sampleTable";

/** The run with its exchanges where others have generators, so that what draws these draws those. */
function exchanged(run: RunResult): RunResult {
  const { summary } = run.record;
  return {
    ...run,
    record: { ...run.record, summary: { ...summary, generators: summary.exchanges } },
  };
}

function panels(run: RunResult): Panel[] {
  return [
    {
      axis: "‖f(Px) − Pf(x)‖ / ‖f‖",
      scale: "log",
      reference: [],
      share: 1,
      quantities: [
        { name: "exchange", values: perElement(run, "exchange_error") ?? [], points: true },
      ],
    },
  ];
}

export const exchangesFigure: FigureDefinition = {
  id: "exchanges",
  title: "Exchanges of particles",
  caption:
    "How far the prediction of a state with two neighbouring particles exchanged lies from the exchanged prediction, relative to it: points are samples, bars quartiles, large marks medians, on a logarithmic axis with a row for exact zeros. These exchanges generate all permutations.",
  arrays: ["exchange_error"],
  aspect: 0.55,
  applies: (record) => has(record, "exchange_error") && Array.isArray(record.summary.exchanges),
  option: (run, theme, { row }) =>
    byElementOption(exchanged(run), theme, row === undefined ? {} : { row }, panels),
  table(run) {
    const { columns, rows } = sampleTable(exchanged(run), [
      { name: "exchange_error", unit: "1", values: perElement(run, "exchange_error") },
    ]);
    return { columns: [{ name: "exchange", unit: "" }, ...columns.slice(1)], rows };
  },
};
