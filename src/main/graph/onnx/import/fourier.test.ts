/** Transforms of every kind against the sum that defines them. onnxruntime's own loses four digits at 500 points. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomFrom } from "../../../../shared/random";
import { fromFloat64, type Tensor } from "../../../../shared/tensor";
import { evaluator } from "../../evaluate";
import { parseOnnx } from "../model";
import { smallModel } from "../testing";
import { importGraph } from ".";

interface Kind {
  readonly extent: number;
  readonly parts: 1 | 2;
  readonly length?: number;
  readonly inverse?: boolean;
  readonly onesided?: boolean;
}

/** DFT-20 along axis 1 of [1, extent, 2, parts]. */
function imported({ extent, parts, length, inverse, onesided }: Kind, x: Float64Array): number[] {
  const whole = (value: number): Tensor => fromFloat64("int64", [], [value]);
  const { graph } = importGraph(
    parseOnnx(
      smallModel({
        opset: 20,
        inputs: { x: [1, extent, 2, parts] },
        outputs: ["y"],
        initializers: {
          axis: whole(1),
          ...(length === undefined ? {} : { length: whole(length) }),
        },
        nodes: [
          {
            op: "DFT",
            inputs: ["x", length === undefined ? "" : "length", "axis"],
            outputs: ["y"],
            attributes: { inverse: Number(inverse ?? false), onesided: Number(onesided ?? false) },
          },
        ],
      }),
      "dft.onnx",
    ),
  );
  const [y] = evaluator(graph.outputs.map(({ value }) => value))(new Map([[graph.inputs[0]!, x]]));
  return [...y!];
}

/** The definition, one complex number after another; half spectra are completed by their conjugates first. */
function defined({ extent, parts, length, inverse, onesided }: Kind, x: Float64Array): number[] {
  const halved = inverse === true && onesided === true;
  const n = length ?? (halved ? 2 * (extent - 1) : extent);
  const at = (i: number, line: number, p: number): number =>
    i < extent && p < parts ? x[(i * 2 + line) * parts + p]! : 0;
  const half = Math.floor(n / 2) + 1;
  const element = (i: number, line: number, p: number): number => {
    if (!halved) return at(i, line, p);
    return i < half ? at(i, line, p) : (p === 1 ? -1 : 1) * at(n - i, line, p);
  };
  const kept = onesided === true && !halved ? half : n;
  const result: number[] = [];
  for (let k = 0; k < kept; k++) {
    for (let line = 0; line < 2; line++) {
      let [real, imaginary] = [0, 0];
      for (let i = 0; i < n; i++) {
        const angle = ((inverse === true ? 2 : -2) * Math.PI * ((i * k) % n)) / n;
        const [a, b] = [element(i, line, 0), element(i, line, 1)];
        real += a * Math.cos(angle) - b * Math.sin(angle);
        imaginary += a * Math.sin(angle) + b * Math.cos(angle);
      }
      const scale = inverse === true ? 1 / n : 1;
      result.push(real * scale, ...(halved ? [] : [imaginary * scale]));
    }
  }
  return result;
}

/** The tables are single precision, as the tensors: 6e-8 an entry, on sums of a thousand terms of order 1. */
function expectDefinition(kind: Kind): void {
  const unit = randomFrom(5);
  const x = Float64Array.from({ length: kind.extent * 2 * kind.parts }, () => 2 * unit() - 1);
  if (kind.inverse === true && kind.onesided === true) {
    // The ends of half a spectrum are real, or there is no real signal that it belongs to.
    const n = kind.length ?? 2 * (kind.extent - 1);
    for (const end of [0, n / 2]) {
      if (kind.parts === 2 && end < kind.extent && Number.isInteger(end))
        for (const line of [0, 1]) x[(end * 2 + line) * 2 + 1] = 0;
    }
  }
  const [found, wanted] = [imported(kind, x), defined(kind, x)];
  expect(found.length).toBe(wanted.length);
  const worst = Math.max(...wanted.map((y, i) => Math.abs(y - found[i]!)));
  expect(worst).toBeLessThan(3e-6);
}

test("any extent, length and kind is the defining sum", () => {
  fc.assert(
    fc.property(
      fc.record(
        {
          extent: fc.integer({ min: 2, max: 12 }),
          parts: fc.constantFrom(1 as const, 2 as const),
          length: fc.integer({ min: 1, max: 14 }),
          inverse: fc.boolean(),
          onesided: fc.boolean(),
        },
        { requiredKeys: ["extent", "parts"] },
      ),
      (kind) => {
        fc.pre(!(kind.onesided === true && kind.inverse !== true && kind.parts === 2));
        expectDefinition(kind);
      },
    ),
    { seed: 20261121, numRuns: 200 },
  );
});

test.each<Kind>([
  { extent: 640, parts: 1, onesided: true },
  { extent: 1024, parts: 2, inverse: true },
  { extent: 300, parts: 1, length: 600 },
  { extent: 521, parts: 2 },
  { extent: 301, parts: 2, inverse: true, onesided: true },
  { extent: 20, parts: 2, inverse: true, onesided: true, length: 777 },
])("beyond 512 points too, factored or prime: %o", expectDefinition);

test("half of a spectrum of complex input is refused", () => {
  expect(() => imported({ extent: 4, parts: 2, onesided: true }, new Float64Array(16))).toThrow(
    /real input only/,
  );
});
