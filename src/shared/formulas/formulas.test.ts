import * as fc from "fast-check";
import temml from "temml";
import { describe, expect, test } from "vitest";
import { analyses } from "../analyses";
import { parseFieldSpec } from "../fields/spec";
import { defaultOptions, generatorByName, generatorNames } from "../generators/catalogue";
import { parseFormula } from "../generators/formula";
import { ownGenerators } from "../generators/own";
import { catalogue } from "../physics/catalogue";
import { rolesOf } from "../physics/roles";
import { texOfCombination, texOfMotion } from "./linear";
import { texOfName, texOfNumber, texOfValue } from "./names";
import { previewGenerators, previewQuantities } from "./preview";
import { texOfFormula, texOfIntegral } from "./read";

/** @throws where it is no TeX */
function mathML(tex: string): string {
  return temml.renderToString(tex, { throwOnError: true, strict: true });
}

describe("a formula as TeX", () => {
  test.each([
    ["-y*exp(-x^2)", String.raw`-y\,e^{-x^{2}}`],
    ["(x - y)/2", String.raw`\frac{x-y}{2}`],
    ["x - (y - z)", String.raw`x-\left(y-z\right)`],
    ["x + (y + z)", "x+y+z"],
    ["x + (-y + z)", String.raw`x+\left(-y+z\right)`],
    ["x - -1", String.raw`x-\left(-1\right)`],
    ["x*-y", String.raw`x\,\left(-y\right)`],
    ["-x^2", "-x^{2}"],
    ["2^3^2", "2^{3^{2}}"],
    ["(x/y)^2", String.raw`\left(\frac{x}{y}\right)^{2}`],
    ["sin(2*pi*x)^2", String.raw`\sin^{2}\left(2\,\pi\,x\right)`],
    ["sin(x)^-1", String.raw`\left(\sin\left(x\right)\right)^{-1}`],
    ["2*3*x", String.raw`2\cdot 3\,x`],
    ["abs(x)*sqrt(y)", String.raw`\left|x\right|\,\sqrt{y}`],
    ["dx(u)^2", String.raw`\left(\partial_{x} u\right)^{2}`],
    ["dx(vy)-dy(vx)", String.raw`\partial_{x} v_{y}-\partial_{y} v_{x}`],
    ["v.x^2+wind.y", String.raw`v_{x}^{2}+\mathrm{wind}_{y}`],
    ["dx(dy(u)*w)", String.raw`\partial_{x} \left(\left(\partial_{y} u\right)\,w\right)`],
    ["dx(dx(u))", String.raw`\partial_{x} \partial_{x} u`],
    ["1e-3*x", String.raw`10^{-3}\,x`],
  ])("%s", (text, tex) => {
    expect(texOfFormula(text)).toBe(tex);
    expect(mathML(tex)).toContain("<math>");
  });

  test("looks alike only where its value is the same", () => {
    const at = [0.37, 1.31, -0.83];
    // The same signs between the same operands, bracketed in two ways.
    const bracketed = (
      operands: readonly string[],
      signs: readonly string[],
      where: readonly number[],
    ): string => {
      const pieces = [...operands];
      const between = [...signs];
      for (const pick of where) {
        if (between.length === 0) break;
        const k = pick % between.length;
        pieces.splice(k, 2, `(${pieces[k]!}${between[k]!}${pieces[k + 1]!})`);
        between.splice(k, 1);
      }
      return pieces[0]!;
    };
    const operand = fc.constantFrom("x", "y", "z", "2", "-x", "sin(y)", "3.5", "abs(z)");
    const places = fc.array(fc.nat(5), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(operand, { minLength: 4, maxLength: 4 }),
        fc.array(fc.constantFrom("+", "-", "*", "/", "^"), { minLength: 3, maxLength: 3 }),
        places,
        places,
        (operands, signs, one, other) => {
          const [a, b] = [bracketed(operands, signs, one), bracketed(operands, signs, other)];
          if (texOfFormula(a) !== texOfFormula(b)) return;
          const [left, right] = [parseFormula(a).value(at), parseFormula(b).value(at)];
          // NaN of a negative number's root is the same on both sides.
          if (Number.isFinite(left) || Number.isFinite(right)) {
            // Operands are of the size of 1: of sums that cancel, rounding leaves 1e-16 on one side and 0 on the other.
            const size = Math.max(1, Math.abs(left));
            expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-9 * size);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test("integrals are taken of fields on grids alone", () => {
  expect(texOfIntegral("u^2/2", true)).toBe(String.raw`\int \frac{u^{2}}{2}\,\mathrm{d}V`);
  expect(texOfIntegral("a+b", true)).toBe(String.raw`\int \left(a+b\right)\,\mathrm{d}V`);
  expect(texOfIntegral("p^2/2", false)).toBe(String.raw`\frac{p^{2}}{2}`);
  expect(texOfIntegral("max(u)", true)).toBe(String.raw`\max\left(u\right)`);
  expect(texOfIntegral("integral(u)*mean(v)", true)).toBe(
    String.raw`\left(\int u\,\mathrm{d}V\right)\,\left\langle v \right\rangle`,
  );
});

test("of particles integrals are sums, and pairs have a second with a dash", () => {
  expect(texOfIntegral("integral(p^2/2)-pairs(m*other(m))", false)).toBe(
    String.raw`\sum \frac{p^{2}}{2}-\left(\sum_{\text{pairs}} m\,m'\right)`,
  );
});

test("names have indices and Greek letters, numbers powers of ten", () => {
  const names = ["vx", "v_x", "u0", "rho", "epsilon", "velocity_x", "flux", "ν", "T"];
  expect(names.map(texOfName)).toEqual([
    "v_{x}",
    "v_{x}",
    "u_{0}",
    String.raw`\rho`,
    String.raw`\varepsilon`,
    String.raw`\mathrm{velocity}_{x}`,
    String.raw`\mathrm{flux}`,
    "ν",
    "T",
  ]);
  expect(["0.5", "1e-3", "2.5e4", "pi"].map(texOfNumber)).toEqual([
    "0.5",
    "10^{-3}",
    String.raw`2.5\cdot 10^{4}`,
    String.raw`\pi`,
  ]);
  expect([0.33333, -2, 1.5e-9, Infinity].map((x) => texOfValue(x))).toEqual([
    "0.333",
    "-2",
    String.raw`1.5\cdot 10^{-9}`,
    String.raw`\infty`,
  ]);
  const odd = [
    "a_b_c",
    "höhe",
    "50 %",
    String.raw`\\href{javascript:x}`,
    "a}b{c",
    "q$_&",
    "^",
    "温度",
  ];
  for (const name of [...names, ...odd]) expect(mathML(texOfName(name))).toMatch(/<mi|<mtext/);
});

describe("a motion that was found", () => {
  const half = Math.SQRT1_2;

  test("is a vector field, its length and sign a convention", () => {
    expect(texOfMotion([0, -half, half, 0], 2, ["x", "y"])).toBe(
      String.raw`y\,\partial_{x}-x\,\partial_{y}`,
    );
    expect(texOfMotion([0, half, -half, 0], 2, ["x", "y"])).toBe(
      String.raw`y\,\partial_{x}-x\,\partial_{y}`,
    );
  });

  test("has shifts, sums in brackets, and no rounding", () => {
    expect(texOfMotion([0, 1e-9, 2, 0, 0, -1], 3, ["q", "v.x"])).toBe(
      String.raw`\partial_{q}-0.5\,\partial_{v_{x}}`,
    );
    expect(texOfMotion([1, -0.25, 0, 1], 2, ["x1", "x2"])).toBe(
      String.raw`\left(x_{1}-0.25\,x_{2}\right)\partial_{x_{1}}+x_{2}\,\partial_{x_{2}}`,
    );
  });

  test("is left to a picture where it has too many terms", () => {
    expect(texOfMotion(Array<number>(16).fill(1), 4, ["a", "b", "c", "d"])).toBeNull();
  });

  test("or a combination of those that were named", () => {
    const tex = texOfCombination([0, 0.3, -0.15, 1e-7], ["tx", "ty", "shear-x", "my_own"]);
    expect(tex).toBe(String.raw`X_{\text{ty}}-0.5\,X_{\text{shear-x}}`);
    expect(mathML(tex!)).toContain("shear");
    expect(mathML(texOfCombination([1], ["my_own"])!)).toContain("my_own");
  });
});

describe("what can be chosen is typeset", () => {
  test.each(generatorNames)("the generator %s", (name) => {
    const { tex } = generatorByName(name, defaultOptions);
    expect(mathML(tex!)).toContain("<mi>X</mi>");
  });

  test("generators of one's own, with an output that moves otherwise or not", () => {
    const [swirl, boost, spin, phase] = ownGenerators(
      "swirl: flow (-y, x); boost: shift (1, 0) out-shift (1, 0) out-flow (1, 0); spin: mix [0, -1; 1, 0] out none; phase: field (p, -q)",
    );
    expect(swirl!.tex).toBe(
      String.raw`X_{\text{swirl}}\,u = -\mathcal{L}_{\xi}\,u,\quad \xi = \begin{pmatrix} -y \\ x \end{pmatrix}`,
    );
    expect(boost!.tex).toContain(
      String.raw`X_{\text{boost},\,\mathrm{out}}\,u = -\mathcal{L}_{\xi'}\,u+c'`,
    );
    expect(spin!.tex).toContain(String.raw`X_{\text{spin},\,\mathrm{out}} = 0`);
    expect(phase!.tex).toBe(
      String.raw`X_{\text{phase}}\,u = \begin{pmatrix} p \\ -q \end{pmatrix}`,
    );
    for (const { tex } of [swirl!, boost!, spin!]) expect(mathML(tex!)).toContain("<mtable");
  });

  test.each(Object.entries(analyses))("what %s computes", (_, { formula }) => {
    for (const tex of formula.tex) expect(mathML(tex)).toContain("<math>");
    expect(formula.where).toMatch(/\.$/);
  });

  test("every quantity of every physics", () => {
    for (const { quantities } of catalogue) {
      for (const fields of ["density:rho,vector:v,scalar:p", "scalar:u", "pseudoscalar:w"]) {
        const spec = parseFieldSpec(fields);
        const channels = spec.flatMap((group) => group.channels).length;
        for (const { formula, rate } of quantities(rolesOf(spec, channels), 2)) {
          expect(mathML(texOfIntegral(formula, true))).toContain("<math>");
          if (rate !== undefined) expect(mathML(texOfIntegral(rate, true))).toContain("<math>");
        }
      }
    }
  });
});

describe("beneath a field stands", () => {
  test("what is understood, integrals where there is a grid", () => {
    expect(previewQuantities("H: (p^2+q^2)/2; m: u rate -k*u", { onGrid: true })).toEqual({
      kind: "read",
      formulas: [
        String.raw`H = \int \frac{p^{2}+q^{2}}{2}\,\mathrm{d}V`,
        String.raw`m = \int u\,\mathrm{d}V,\qquad \frac{\mathrm{d}}{\mathrm{d}t}m = \int -k\,u\,\mathrm{d}V`,
      ],
    });
    expect(previewQuantities("H: p^2", { onGrid: false })).toMatchObject({
      formulas: ["H = p^{2}"],
    });
    // Deeper than any parser goes; the check of the field says that it cannot be read.
    const deep = `H: ${"(".repeat(1e5)}p`;
    expect(previewQuantities(deep, { onGrid: null })).toEqual({ kind: "read", formulas: [] });
    expect(previewQuantities("", { onGrid: null })).toEqual({ kind: "read", formulas: [] });
  });

  test("the place of what is wrong", () => {
    expect(previewGenerators("swirl: flow (-y, q)")).toMatchObject({
      kind: "wrong",
      position: 17,
    });
    expect(previewQuantities("H: p^", { onGrid: null })).toMatchObject({
      kind: "wrong",
      position: 5,
    });
  });
});
