import { expect, test } from "vitest";
import fc from "fast-check";
import { landscapeRun, madeUpRun } from "../../../../shared/charts/madeUpRuns";
import { quantityNames } from "../../../../shared/findings/quantities";
import { resultInWords } from "./result";

const spread = (median: number, low = median, high = median): object => ({
  ...{ median, low, high, q1: low, q3: high, n: 4, dropped: 0 },
});

const linesOf = (analysis: string, summary: Record<string, unknown>): string[] =>
  resultInWords(madeUpRun(analysis, 4, {}, summary, {}).record).split("\n");

test("an element has a row with medians and intervals, under the names of the window", () => {
  const summaryOf = (key: string): Record<string, unknown> => ({
    elements: { r2: { [key]: spread(0.5, 0.25, 0.75), relative_loss: spread(1.5, 1.25, 1.75) } },
  });
  const rowsOf = (analysis: string, key: string): string =>
    resultInWords(madeUpRun(analysis, 4, { elements: ["r2"] }, summaryOf(key), {}).record);
  expect(rowsOf("coherence", "cosine").split("\n")).toEqual([
    "Element  Cosine  95 % interval  Relative loss",
    "r²          0.5    0.25 … 0.75            1.5",
  ]);
  expect(rowsOf("equivariance", "equivariance_error").split("\n")).toEqual([
    "Element  Equivariance error  95 % interval  Relative loss  95 % interval",
    "r²                      0.5    0.25 … 0.75            1.5    1.25 … 1.75",
  ]);
});

test("a generator says whether its error stands out, and within what it lies if not", () => {
  const generator = (id: string, rest: object): object => ({
    ...{ id, lie_error: spread(0.692, 0.657, 0.719), lie_relative: spread(0.0752) },
    ...rest,
  });
  const lines = linesOf("lie-derivative", {
    generators: [
      generator("tx", { resolved: true }),
      generator("ty", { resolved: false, bound: "grid" }),
      generator("gx", { resolved: false, bound: "rounding", rounding: 1e-7 }),
      generator("gy", { resolved: false, bound: "rounding", rounding: 0 }),
      generator("rot", { resolved: false, bound: "fit_error", lie_error: spread(NaN) }),
    ],
  });
  expect(lines).toEqual([
    "Generator  Lie derivative  95 % interval  Share broken  Resolved",
    "tx                  0.692  0.657 … 0.719        0.0752  yes",
    "ty                  0.692  0.657 … 0.719        0.0752  no: the grid’s own error",
    "gx                  0.692  0.657 … 0.719        0.0752  no: rounding",
    "gy                  0.692  0.657 … 0.719        0.0752  zero to the last digit",
    "rot                     –              –        0.0752  no: the fit’s own error",
  ]);
});

test("a quantity says which way it goes as far as its interval tells, and whether it may", () => {
  const quantity = (id: string, slope: object, rest = {}): object => ({
    ...{ id, nature: null, drift: spread(0.01), slope },
    ...rest,
  });
  const [, ...rows] = linesOf("conservation", {
    quantities: [
      quantity("mass", spread(0.1, -0.1, 0.2)),
      quantity("energy", spread(0.1, 0.05, 0.2)),
      quantity("entropy", spread(-0.1, -0.2, -0.05), {
        nature: "decreasing",
        against: { rollouts: 0, first: null },
      }),
      quantity("enstrophy", spread(0.1, 0.05, 0.2), {
        nature: "decreasing",
        against: { rollouts: 3, first: 2 },
      }),
      quantity("circulation", spread(NaN)),
      quantity("momentum", spread(-4e-18), { drift: spread(1e-16) }),
    ],
  });
  expect(
    rows.map((row) => /(undecided|rises|falls|–|kept to rounding)(;.*)?$/.exec(row)?.[0]),
  ).toEqual([
    "undecided",
    "rises",
    "falls; ever decreasing, as it must",
    "rises; not only decreasing in 3 rollouts",
    "–",
    "kept to rounding",
  ]);
});

const algebra = {
  dimension: 2,
  algebra: "so(2) ⊕ scalings",
  words: "rotations; a scaling",
  sentence: "2 directions are symmetric to 1.5e-15; the next has 1.",
  trivial: 0,
  gap: { ratio: 4e6 },
  half_angle_degrees: null,
  structure: null,
  form: null,
  fixed_point: null,
  fit: null,
  generators: [2e-9, 1e-9].map((defect, i) => ({
    ...{ id: `X${i + 1}`, defect, interval: { low: 0, high: 3e-9 }, residual: 0, share_broken: 0 },
  })),
};

test("a discovery tells the algebra in words, the gap, and the generators in their order", () => {
  const lines = linesOf("discover", algebra);
  expect(lines[0]).toBe(algebra.sentence);
  expect(lines).toContain("In words             rotations; a scaling");
  expect(lines).toContain("Gap in the spectrum  4e6");
  expect(lines.slice(-2).map((line) => line.split(" ")[0])).toEqual(["X1", "X2"]);
  expect(
    linesOf("discover", { ...algebra, dimension: 0, algebra: null, generators: [] }),
  ).toContain("Algebra              none");
});

test("a discovery is headed by the notice that says the same, so that it need not be said twice", () => {
  const { record } = madeUpRun("discover", 4, {}, algebra, {});
  const verdict = `Candidate: ${algebra.algebra}. ${algebra.sentence}`;
  const [head] = resultInWords({ ...record, notices: ["Other.", verdict] }).split("\n");
  expect(head).toBe(verdict);
});

test("a landscape tells the angle between the gradients, and the curvatures of both losses", () => {
  const { record } = landscapeRun();
  const curvature = {
    x: [
      [2e-5, 1],
      [1, 3],
    ],
    gx: [[4]],
  };
  const text = resultInWords({
    ...record,
    summary: { ...record.summary, angleDegrees: 37.6, curvature },
  });
  expect(text).toMatch(/^Angle +37\.6°$/m);
  expect(text).toMatch(/^Curvature at x +2e-5, 3$/m);
  expect(text).toMatch(/^Curvature at g·x +4$/m);
});

test("a group of many elements shows the first and says how many there are", () => {
  const ids = Array.from({ length: 256 }, (_, i) => `tx${i}`);
  const elements = Object.fromEntries(ids.map((id) => [id, { equivariance_error: spread(0) }]));
  const { record } = madeUpRun("equivariance", 4, { elements: ids }, { elements }, {});
  const lines = resultInWords(record).split("\n");
  expect(lines.length).toBeLessThan(25);
  expect(lines.at(-1)).toBe("… and 236 more in run.json");
});

test("whatever is missing or no number is a dash: NaN, null and undefined are never printed", () => {
  const value = fc.oneof(
    fc.double(),
    fc.constantFrom(null, undefined, NaN, Infinity, -Infinity, "text", [], {}),
  );
  const statistic = fc.record(
    { median: value, low: value, high: value, q1: value, q3: value, n: value },
    { requiredKeys: [] },
  );
  const entry = fc.dictionary(fc.constantFrom(...Object.keys(quantityNames)), statistic);
  const bare = fc.constantFrom(..."coherence,equivariance,lie-derivative,conservation".split(","));
  fc.assert(
    fc.property(bare, fc.array(entry, { minLength: 1 }), (analysis, entries) => {
      const named = entries.map((one, i) => ({ id: `q${i}`, ...one }));
      const key = { "lie-derivative": "generators", conservation: "quantities" }[analysis];
      const summary = {
        [key ?? "elements"]:
          key === undefined ? Object.fromEntries(named.map((one) => [one.id, one])) : named,
      };
      const elements = named.map(({ id }) => id);
      const { record } = madeUpRun(analysis, 4, { elements }, summary, {});
      expect(resultInWords(record)).not.toMatch(/NaN|null|undefined|Infinity|object/);
    }),
    { numRuns: 200 },
  );
  const { record } = landscapeRun();
  const emptied = resultInWords({ ...record, summary: { curvature: { x: [[null]], gx: [3] } } });
  expect(emptied).not.toMatch(/NaN|null|undefined/);
});
