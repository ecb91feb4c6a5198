/** The Lie derivative over checkpoints: how a network learnt a symmetry, or lost it. */
import type { RunRecord, RunResult } from "../run";
import { curvesOption, pickCurve, type Curves } from "./curves";
import { elementsOf } from "./elements";
import type { FigureDefinition } from "./figure";
import { cell, has, perElement, sampleName } from "./reading";
import { logScale, type Scale } from "./scale";

function namesOf({ summary }: RunRecord): string[] {
  const found = (summary as { checkpoints?: readonly { name: string }[] }).checkpoints ?? [];
  return found.map(({ name }) => name);
}

/** What tells names apart: 9 and 10 of epoch-9.pt and epoch-10.pt. */
export function distinct(names: readonly string[]): string[] {
  if (names.length < 2) return [...names];
  const [first = ""] = names;
  const shared = (at: (name: string, k: number) => string | undefined): number => {
    let k = 0;
    while (k < first.length && names.every((name) => at(name, k) === at(first, k))) k++;
    return k;
  };
  // A number is not cut in two: of epoch-10 and epoch-12 both digits stay.
  const before = first
    .slice(
      0,
      shared((name, k) => name[k]),
    )
    .replace(/\d+$/, "").length;
  const after = /^\d*/.exec(
    first.slice(first.length - shared((name, k) => name[name.length - 1 - k])),
  )!;
  const ending = shared((name, k) => name[name.length - 1 - k]) - after[0].length;
  return names.map((name) => {
    const middle = name.slice(before, Math.max(before, name.length - ending));
    return middle === "" ? name : middle;
  });
}

/** Labels that fit side by side. */
const MOST_LABELS = 8;

function places(names: readonly string[]): Scale {
  const labels = distinct(names);
  const stride = Math.ceil(names.length / MOST_LABELS);
  return {
    min: 0,
    max: Math.max(1, names.length - 1),
    ticks: [...names.keys()].filter((k) => k % stride === 0),
    label: (k) => labels[Math.round(k)] ?? "",
    place: (k) => k,
  };
}

function curves(run: RunResult): Curves {
  const names = namesOf(run.record);
  const all = perElement(run, "checkpoint_error") ?? [];
  const n = (all[0]?.length ?? 0) / Math.max(1, elementsOf(run.record).length);
  return {
    xs: [...names.keys()],
    xAxis: { name: "checkpoint", scale: places(names) },
    yAxis: { name: "‖L f‖ / ‖f‖, median", scale: logScale(all.flatMap((one) => [...one])) },
    sets: [
      {
        name: "Lie derivative",
        dash: "solid",
        values: (g, at) => [...all[at]!.subarray(g * n, (g + 1) * n)],
      },
    ],
  };
}

export const checkpointsFigure: FigureDefinition = {
  id: "checkpoints",
  title: "Lie derivative over checkpoints",
  caption:
    "Median over samples of ‖L f(x)‖ relative to the prediction, for the same network with each checkpoint’s weights, in the order of their names; for the picked generator a band between the quartiles.",
  arrays: ["checkpoint_error"],
  aspect: 0.65,
  applies: (record) => has(record, "checkpoint_error"),
  option: (run, theme, view) => curvesOption(run, theme, view, curves(run)),
  table(run) {
    const ids = elementsOf(run.record);
    const all = perElement(run, "checkpoint_error") ?? [];
    return {
      columns: [
        { name: "checkpoint", unit: "" },
        { name: "generator", unit: "" },
        { name: "sample", unit: "" },
        { name: "lie_error", unit: "1" },
      ],
      rows: namesOf(run.record).flatMap((name, c) =>
        [...(all[c] ?? [])].map((value, k) => {
          const n = all[c]!.length / ids.length;
          return [name, ids[Math.floor(k / n)]!, sampleName(run.record, k % n), cell(value)];
        }),
      ),
    };
  },
  pick: (run, view, at) => pickCurve(run, view, curves(run), at),
};
