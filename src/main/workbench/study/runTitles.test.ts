import { expect, test } from "vitest";
import { withDifferences } from "./runTitles";

interface Run {
  readonly analysis: string;
  readonly title: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

const landscape = (parameters: Run["parameters"], title = "Landscape · unet on jets"): Run => ({
  analysis: "landscape",
  title,
  parameters: { points: 21, element: "r", plane: true, checkpoints: "", ...parameters },
});
const titles = (...runs: Run[]): string[] => withDifferences(runs).map(({ title }) => title);

test("runs of one title are told apart by the settings that differ, named as forms name them", () => {
  const line = { plane: false, points: 31 };
  expect(titles(landscape({}), landscape(line), landscape({ checkpoints: "e-*.pt" }))).toEqual([
    "Landscape · unet on jets · plane, points 21",
    "Landscape · unet on jets · no plane, points 31",
    "Landscape · unet on jets · checkpoints e-*.pt, plane, points 21",
  ]);
});

test("a long value is cut, and elements are not told of beside the group that they are of", () => {
  const of = (group: string, elements: readonly string[]): Run => landscape({ group, elements });
  expect(titles(of("d4", ["e", "r"]), of("c2", ["e", "r²"]))).toEqual([
    "Landscape · unet on jets · group d4",
    "Landscape · unet on jets · group c2",
  ]);
  const long = `${"runs/".repeat(20)}*.pt`;
  expect(titles(landscape({}), landscape({ checkpoints: long }))[1]).toBe(
    `Landscape · unet on jets · checkpoints ${long.slice(0, 40)}…`,
  );
});

test("titles that are another’s already stay as they are", () => {
  const [mine, other] = [landscape({}), landscape({ points: 31 }, "Landscape · unet on rings")];
  expect(titles(mine, other)).toEqual([mine.title, other.title]);
});

test("where a run was computed and what a record of an earlier version lacks make no difference", () => {
  const before = { ...landscape({}), parameters: { points: 21 } };
  expect(titles(landscape({ device: "cuda", memory: 4096 }), before)).toEqual([before.title, before.title]); // prettier-ignore
});

test("an analysis of another version’s keeps its title", () => {
  const strange = { analysis: "spectroscopy", title: "spectroscopy · unet", parameters: { a: 1 } };
  const other = { ...strange, parameters: { a: 2 } };
  expect(withDifferences([strange, other])).toEqual([strange, other]);
});
