import { expect, test } from "vitest";
import { madeUpRun } from "../../shared/charts/madeUpRuns";
import { texOfElement, texOfForm, texOfValueAction } from "./texOfElement";

test("a found motion stands as a vector field, a combination by its names", () => {
  const turn = {
    shape: [1, 2, 2],
    axes: ["generator", "to", "from"],
    value: (_: number, to = 0, from = 0) => 0.7 * (to - from),
  };
  const summary = { names: ["x", "y"], generators: [{ id: "X1" }] };
  expect(texOfElement(madeUpRun("discover", 4, {}, summary, { generators: turn }), "X1")).toBe(
    String.raw`X_{1} \propto y\,\partial_{x}-x\,\partial_{y}`,
  );
  const mixed = {
    shape: [1, 2],
    axes: ["generator", "candidate"],
    value: (_: number, q = 0) => (q === 0 ? 0.9 : -0.45),
  };
  const named = { names: ["tx", "ty"], generators: [{ id: "X1" }] };
  expect(texOfElement(madeUpRun("discover", 4, {}, named, { generators: mixed }), "X1")).toBe(
    String.raw`X_{1} \propto X_{\text{tx}}-0.5\,X_{\text{ty}}`,
  );
});

test("a generator stands by its name or by the user's own formula", () => {
  const run = madeUpRun("lie-derivative", 4, { own: "spin: mix [0, -1; 1, 0]" }, {}, {});
  expect(texOfElement(run, "tx")).toBe(String.raw`X u = -\partial_{x} u`);
  expect(texOfElement(run, "spin")).toContain("pmatrix");
  expect(texOfElement(run, "gone")).toBeNull();
  // As another version may have written it.
  const old = madeUpRun("lie-derivative", 4, { own: "spin = new" }, {}, {});
  expect(texOfElement(old, "spin")).toBeNull();
});

test("a quantity is an integral where there is a grid", () => {
  const of = (volume: number | null): string | null =>
    texOfElement(
      madeUpRun("conservation", 4, {}, { volume, quantities: [{ id: "m", formula: "u^2" }] }, {}),
      "m",
    );
  expect(of(1)).toBe(String.raw`I = \int u^{2}\,\mathrm{d}V`);
  expect(of(null)).toBe("I = u^{2}");
  expect(texOfElement(madeUpRun("coherence", 4, {}, {}, {}), "r")).toBeNull();
});

test("the kept form is a matrix where it can be read", () => {
  const of = (matrix: number[][]): string | null =>
    texOfForm(madeUpRun("discover", 4, {}, { form: { matrix } }, {}).record);
  expect(
    of([
      [-1, 0],
      [0, 1 / 3],
    ]),
  ).toBe(String.raw`x^{\top} \begin{pmatrix} -1 & 0 \\ 0 & 0.333 \end{pmatrix}\, x`);
  expect(of(Array.from({ length: 9 }, () => Array<number>(9).fill(1)))).toBeNull();
  expect(texOfForm(madeUpRun("discover", 4, {}, { form: null }, {}).record)).toBeNull();
});

test("a form without mixed terms is a sum of squares in the components' names", () => {
  const matrix = [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, -0.5, 1e-4],
    [0, 0, 1e-4, 0],
  ];
  const summary = { names: ["q.x", "q.y", "v1", "time"], form: { matrix } };
  expect(texOfForm(madeUpRun("discover", 4, {}, summary, {}).record)).toBe(
    String.raw`q_{x}^{2}+q_{y}^{2}-0.5\,v_{1}^{2}`,
  );
});

test("a form that is kept about a point says so", () => {
  const form = {
    kept_by: "motions about the point",
    matrix: [
      [1, 0],
      [0, 1],
    ],
  };
  const { record } = madeUpRun("discover", 4, {}, { names: ["x", "y"], form }, {});
  expect(texOfForm(record)).toContain("x-x_{0}");
});

test("a value's own motion is shown at the generator's scale", () => {
  const run = madeUpRun(
    "discover",
    4,
    {},
    { names: ["scale", "amp"], generators: [{ id: "X1" }] },
    {
      generators: {
        axes: ["generator", "candidate"],
        shape: [1, 2],
        value: (_, q = 0) => -0.5 * q,
      },
      output_generators: {
        axes: ["generator", "to", "from"],
        shape: [1, 1, 2],
        value: (_, __, from = 0) => (from === 0 ? -1 : 1e-9),
      },
    },
  );
  // Of X ∝ amp a square has twice the weight.
  expect(texOfElement(run, "X1")).toBe(String.raw`X_{1} \propto X_{\text{amp}}`);
  expect(texOfValueAction(run, "X1")).toBe(
    String.raw`\dot{F} = \begin{pmatrix} 2 \end{pmatrix}\,F`,
  );
  expect(texOfValueAction(run, "X2")).toBeNull();
});
