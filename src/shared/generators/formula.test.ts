import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFormula } from "./formula";

const at = [0.3, -0.7, 0.2];

describe("a formula", () => {
  test.each([
    ["1 + 2*3", 7],
    ["-x^2", -0.09],
    ["2^3^2", 512],
    ["(x - y)/2", 0.5],
    ["sin(pi/2) + cos(0)·3", 4],
    ["x − y", 1],
    [".5e1 - -1", 6],
    ["sqrt(x^2 + y^2 + z^2)", Math.hypot(...at)],
    ["exp(log(x))*tanh(0) + abs(y)", 0.7],
  ])("%s is %d", (text, value) => {
    expect(parseFormula(text).value(at)).toBeCloseTo(value, 14);
  });

  test("has the gradient that central differences find", () => {
    const pieces = [
      "x",
      "y",
      "sin(x*y)",
      "exp(-x^2)",
      "x/(2+y)",
      "sqrt(2+z)",
      "tanh(y)",
      "(1+x)^3",
      "2^y",
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...pieces),
        fc.constantFrom("+", "-", "*", "/"),
        fc.constantFrom(...pieces),
        (a, op, b) => {
          const formula = parseFormula(`(${a})${op}(3 + ${b})`);
          formula.gradient(at).forEach((slope, i) => {
            const h = 1e-5;
            const near = (by: number) => formula.value(at.map((x, j) => (j === i ? x + by : x)));
            // Second differences of these are below 10, so h² leaves 1e-9.
            expect(slope).toBeCloseTo((near(h) - near(-h)) / (2 * h), 7);
          });
        },
      ),
    );
  });

  test.each([
    ["x + ", "x + ▸", "is missing"],
    ["q*x", "▸q*x", "“q”"],
    ["sin x", "sin ▸x", "“(”"],
    ["(x", "(x▸", "“)”"],
    ["x y", "x ▸y", "nothing more"],
    ["process.exit()", "▸process.exit()", "no coordinate and no function"],
    ["constructor(x)", "▸constructor(x)", "no coordinate and no function"],
  ])("%s is refused with its place marked", (text, marked, reason) => {
    expect(() => parseFormula(text)).toThrow(marked);
    expect(() => parseFormula(text)).toThrow(reason);
  });
});
