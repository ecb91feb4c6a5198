import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFieldSpec, unitGrid } from "../fields/spec";
import { act } from "./act";
import { d4, groupByName, groupNames, translations, trivial } from "./catalogue";
import { describe as describeElement, type Element } from "./element";
import { groupFits } from "./fits";
import { elementOf, type Group } from "./group";
import { subgroupsOf } from "./subgroups";

const spec = parseFieldSpec("scalar:p,vector:v,pseudoscalar:w,density:rho");
const shape = [2, 5, 4, 4];
const length = shape.reduce((a, b) => a * b);

const field = fc.float64Array({ minLength: length, maxLength: length, noNaN: true });
const elementIn = (group: Group): fc.Arbitrary<Element> => fc.constantFrom(...group.elements);
const normalised = (a: Float64Array): number[] => Array.from(a, (value) => value + 0);

describe.each([d4, translations(4), groupByName("v4")])("$id", (group) => {
  test("acts as a group: g(h u) = (g h) u and g⁻¹ g u = u", () => {
    fc.assert(
      fc.property(elementIn(group), elementIn(group), field, (g, h, u) => {
        const twice = act(g, act(h, u, shape, spec), shape, spec);
        expect(normalised(twice)).toEqual(normalised(act(group.compose(g, h), u, shape, spec)));
        const back = act(group.inverse(g), act(g, u, shape, spec), shape, spec);
        expect(normalised(back)).toEqual(normalised(u));
      }),
      { numRuns: 60 },
    );
  });

  test("composition is associative and e is neutral", () => {
    fc.assert(
      fc.property(elementIn(group), elementIn(group), elementIn(group), (a, b, c) => {
        expect(group.compose(group.compose(a, b), c)).toBe(group.compose(a, group.compose(b, c)));
        expect(group.compose(a, group.identity)).toBe(a);
        expect(group.compose(a, group.inverse(a))).toBe(group.identity);
      }),
    );
  });

  test("the identity comes first and does nothing", () => {
    const u = Float64Array.from({ length }, (_, i) => i);
    expect(group.elements[0]!.id).toBe("e");
    expect(act(group.identity, u, shape, spec)).toEqual(u);
  });
});

describe("D4's convention", () => {
  const element = (id: string): Element => elementOf(d4, id);
  const scalar = parseFieldSpec("scalar:p");
  const W = 3;
  const u = Float64Array.from({ length: W * W }, (_, i) => i);

  test("r is out[y, x] = in[x, W−1−y], and (vx, vy) becomes (vy, −vx)", () => {
    const image = act(element("r"), u, [1, 1, W, W], scalar);
    for (let y = 0; y < W; y++) {
      for (let x = 0; x < W; x++) expect(image[y * W + x]).toBe(u[x * W + (W - 1 - y)]);
    }
    expect(
      act(element("r"), Float32Array.of(2, 5), [1, 2, 1, 1], parseFieldSpec("vector:v")),
    ).toEqual(Float32Array.of(5, -2));
  });

  test("s reverses the last axis, vx and pseudoscalars", () => {
    expect(Array.from(act(element("s"), u, [1, 1, W, W], scalar))).toEqual([
      2, 1, 0, 5, 4, 3, 8, 7, 6,
    ]);
    const both = parseFieldSpec("vector:v,pseudoscalar:w");
    expect(Array.from(act(element("s"), Float64Array.of(2, 5, 7), [1, 3, 1, 1], both))).toEqual([
      -2, 5, -7,
    ]);
  });

  test("srk is r k times and then s, and s r s = r³", () => {
    const [r, s] = [element("r"), element("s")];
    expect(d4.compose(s, r).id).toBe("sr");
    expect(d4.compose(s, d4.compose(r, r)).id).toBe("sr2");
    expect(d4.compose(s, element("r3")).id).toBe("sr3");
    expect(d4.compose(s, d4.compose(r, s)).id).toBe("r3");
    expect(d4.elements.map(({ id }) => id)).toEqual("e r r2 r3 s sr sr2 sr3".split(" "));
  });

  test("four elements are proper, and descriptions give both images", () => {
    expect(d4.elements.filter((e) => describeElement(e).proper).map(({ id }) => id)).toEqual([
      "e",
      "r",
      "r2",
      "r3",
    ]);
    expect(describeElement(element("sr"))).toMatchObject({
      name: "reflection in the antidiagonal",
      point: "(x, y) → (−y, −x)",
      vector: "(vx, vy) → (−vy, −vx)",
    });
  });
});

test("a shift moves values towards larger x and y", () => {
  const scalar = parseFieldSpec("scalar:p");
  const line = Float64Array.of(0, 1, 2, 3);
  const shift = (id: string): Element => elementOf(translations(4), id);
  expect(Array.from(act(shift("tx1"), line, [1, 1, 1, 4], scalar))).toEqual([3, 0, 1, 2]);
  expect(Array.from(act(shift("ty3"), line, [1, 1, 4, 1], scalar))).toEqual([1, 2, 3, 0]);
});

describe("subgroups", () => {
  test("D4 has ten, each named, from {e} to the whole", () => {
    const all = subgroupsOf(d4);
    expect(all).toHaveLength(10);
    expect(all.map(({ label }) => label).every((label) => !label.startsWith("{"))).toBe(true);
    expect(all[0]!.key).toBe("e");
    expect(all[9]!.key).toBe("e,r,r2,r3,s,sr,sr2,sr3");
    expect(
      all
        .filter(({ elements }) => elements.length === 4)
        .map(({ key }) => key)
        .sort(),
    ).toEqual(["e,r,r2,r3", "e,r2,s,sr2", "e,r2,sr,sr3"]);
  });

  test("those of n × n shifts number Σ gcd(a, b) over divisors a, b of n", () => {
    const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
    for (const n of [2, 3, 4, 6]) {
      const divisors = [1, 2, 3, 4, 6].filter((d) => n % d === 0);
      const expected = divisors.flatMap((a) => divisors.map((b) => gcd(a, b)));
      expect(subgroupsOf(translations(n))).toHaveLength(expected.reduce((x, y) => x + y));
    }
  });
});

describe("shifts by single points of a large grid", () => {
  const group = translations(128);

  test("are a group without a table of products", () => {
    const [a, b] = [elementOf(group, "tx127ty3"), elementOf(group, "tx2ty126")];
    expect(group.compose(a, b).id).toBe("tx1ty1");
    expect(group.compose(a, group.inverse(a))).toBe(group.identity);
    expect(group.elements).toHaveLength(128 ** 2);
  });

  test("of whose subgroups only the least and the whole are listed", () => {
    expect(subgroupsOf(group).map(({ elements }) => elements.length)).toEqual([1, 128 ** 2]);
    expect(subgroupsOf(translations(16)).length).toBeGreaterThan(2);
  });
});

describe("names", () => {
  test.each(groupNames)("%s is a group of its own name", (name) => {
    expect(groupByName(name).id).toBe(name);
  });

  test("an element list names a subgroup in any order", () => {
    expect(groupByName("r2, e, sr3, sr").id).toBe("v4");
  });

  test("what is no group says why", () => {
    expect(() => groupByName("e,r")).toThrow("are no group: r followed by r is not among them");
    expect(() => groupByName("d5")).toThrow('No group "d5"');
    expect(() => groupByName("translations:0")).toThrow("1 to 128 parts");
    expect(() => groupByName("translations:129")).toThrow("1 to 128 parts");
  });
});

describe("what a group needs", () => {
  const square = unitGrid([8, 8]);
  const reason = (...args: Parameters<typeof groupFits>): string => {
    const fit = groupFits(...args);
    return fit.fits ? "" : fit.reason;
  };
  test("quarter turns need a square with equal sides and boundaries", () => {
    expect(reason(d4, spec, square)).toBe("");
    expect(reason(d4, spec, unitGrid([8, 10]))).toMatch("8 × 10 points");
    expect(reason(groupByName("v4-axes"), spec, unitGrid([8, 10]))).toBe("");
    expect(reason(d4, spec, { ...square, length: [1, 2] })).toMatch("sides of equal length");
    expect(reason(d4, spec, { ...square, periodic: [false, true] })).toMatch("same boundary");
  });
  test("shifts need periodic axes and whole points", () => {
    expect(reason(translations(4), undefined, square)).toBe("");
    expect(reason(translations(3), spec, square)).toMatch("not whole numbers of the 8 grid points");
    expect(reason(translations(4), spec, { ...square, periodic: [true, false] })).toBe(
      "Shifts along x need a periodic axis.",
    );
  });
  test("without a grid or fields only the trivial group fits", () => {
    expect(reason(trivial, undefined, undefined)).toBe("");
    expect(reason(d4, undefined, square)).toMatch("how the channels transform");
    expect(reason(d4, spec, undefined)).toMatch("plane grid");
  });
  test("acting beyond it fails in a sentence", () => {
    const u = new Float32Array(12);
    expect(() => act(d4.elements[1]!, u, [1, 1, 3, 4], parseFieldSpec("scalar:p"))).toThrow(
      "square grid",
    );
    expect(() => act(d4.elements[1]!, u, [3, 4], spec)).toThrow("not on [3, 4]");
    expect(() => act(translations(3).elements[1]!, u, [1, 1, 3, 4], spec)).toThrow(
      "fraction of a grid spacing",
    );
  });
});
