/** The rules that slide windows, pad and resize, held against onnxruntime's own kernels. */
import * as fc from "fast-check";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { Builder } from "../builder";
import type { Attributes, Graph } from "../ir";
import { encodeModel } from "../onnx/encode";
import { ruleOf, type OpName } from ".";

const seed = 20261121;

/** Numbers in (−1, 1) that look random and are the same in every run; few enough bits to be exact in float32. */
function numbers(count: number, start = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const x = Math.sin((i + start) * 12.9898) * 43758.5453;
    return Math.fround((x - Math.floor(x)) * 2 - 1);
  });
}

async function onOnnxruntime(graph: Graph, feeds: Record<string, Tensor>): Promise<Float64Array[]> {
  const session = await InferenceSession.create(encodeModel(graph), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const fed = Object.entries(feeds).map(([name, { dtype, data, shape }]) => {
    return [name, new OrtTensor(dtype as "float32", data as Float32Array, shape)] as const;
  });
  const results = await session.run(Object.fromEntries(fed));
  await session.release();
  return graph.outputs.map(({ name }) =>
    Float64Array.from(results[name]!.data as ArrayLike<number | bigint>, Number),
  );
}

/** Rule and onnxruntime on the same float32 inputs: sums of up to a few hundred terms below 1. */
async function expectAgreement(
  op: OpName,
  shapes: readonly (readonly number[])[],
  attrs: Attributes,
): Promise<void> {
  const g = new Builder();
  const data = shapes.map((shape, i) => numbers(sizeOf(shape), 1000 * i + 1));
  const inputs = shapes.map((shape, i) => g.input(`x${i}`, { dtype: "float32", shape }));
  const outputs = g.node(op, inputs, attrs);
  const feeds = shapes.map((shape, i) => {
    return [`x${i}`, { dtype: "float32", shape, data: data[i]! }] as const;
  });
  const graph: Graph = { inputs, outputs: outputs.map((value, i) => ({ name: `y${i}`, value })) };
  const theirs = await onOnnxruntime(graph, Object.fromEntries(feeds));
  const own = ruleOf(op).kernel(
    shapes.map((shape, i) => ({ dtype: "float32", shape, data: Float64Array.from(data[i]!) })),
    attrs,
    outputs,
  );
  own.forEach((expected, i) => expectClose(theirs[i]!, expected));
}

function expectClose(actual: Float64Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  const worst = expected.reduce((at, value, i) => {
    const error = Math.abs(value - actual[i]!);
    return error > Math.abs(expected[at]! - actual[at]!) ? i : at;
  }, 0);
  // 1e-5: float32 rounding, 6e-8, over some hundred terms.
  const close = expected.length === 0 || Math.abs(expected[worst]! - actual[worst]!) <= 1e-5;
  expect(close, `element ${worst}: ${actual[worst]} for ${expected[worst]}`).toBe(true);
}

const small = (min: number, max: number) => fc.integer({ min, max });
const list = (length: number, min: number, max: number) =>
  fc.array(small(min, max), { minLength: length, maxLength: length });

/** Kernels, strides, pads and dilations over one to three axes, with extents that leave something to see. */
const windows = small(1, 3).chain((rank) =>
  fc
    .record({
      kernel: list(rank, 1, 3),
      strides: list(rank, 1, 3),
      dilations: list(rank, 1, 2),
      pads: list(2 * rank, 0, 2),
      extra: list(rank, 0, 4),
    })
    .map(({ kernel, strides, dilations, pads, extra }) => {
      const reaches = kernel.map((taps, axis) => (taps - 1) * dilations[axis]! + 1);
      return {
        kernel,
        extents: reaches.map((reach, axis) => reach + extra[axis]!),
        attrs: { strides, pads, dilations },
      };
    }),
);
const channels = fc.record({ n: small(1, 2), c: small(1, 3), m: small(1, 3), group: small(1, 2) });
const runs = { numRuns: 40, seed };

describe("rules agree with onnxruntime", () => {
  test("Conv", () =>
    fc.assert(
      fc.asyncProperty(windows, channels, ({ kernel, extents, attrs }, { n, c, m, group }) =>
        expectAgreement(
          "Conv",
          [
            [n, c * group, ...extents],
            [m * group, c, ...kernel],
          ],
          {
            ...attrs,
            group,
          },
        ),
      ),
      runs,
    ));

  test("ConvTranspose", () =>
    fc.assert(
      fc.asyncProperty(windows, channels, ({ kernel, extents, attrs }, { n, c, m, group }) =>
        expectAgreement(
          "ConvTranspose",
          // Enough that the pads, up to 4 an axis, leave something.
          [
            [n, c * group, ...extents.map((extent) => extent + 4)],
            [c * group, m, ...kernel],
          ],
          { ...attrs, group, output_padding: attrs.strides.map((stride) => stride - 1) },
        ),
      ),
      runs,
    ));

  const poolPads = (pads: readonly number[], kernel: readonly number[]): number[] =>
    pads.map((pad, i) => Math.min(pad, kernel[i % kernel.length]! - 1));

  test("MaxPool, indices included", () =>
    fc.assert(
      fc.asyncProperty(windows, ({ kernel, extents, attrs }) =>
        expectAgreement("MaxPool", [[2, 2, ...extents]], {
          ...attrs,
          kernel_shape: kernel,
          pads: poolPads(attrs.pads, kernel),
        }),
      ),
      runs,
    ));

  test("AveragePool", () =>
    fc.assert(
      fc.asyncProperty(windows, fc.boolean(), ({ kernel, extents, attrs }, count_include_pad) =>
        expectAgreement("AveragePool", [[2, 2, ...extents]], {
          ...attrs,
          kernel_shape: kernel,
          pads: poolPads(attrs.pads, kernel),
          count_include_pad,
        }),
      ),
      runs,
    ));

  test.each(["constant", "edge", "reflect", "wrap"])("Pad, mode %s", (mode) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(small(1, 4), small(0, 4), small(0, 4)), { minLength: 1, maxLength: 4 }),
        (axes) => {
          const most = (extent: number): number =>
            ({ reflect: extent - 1, wrap: extent })[mode] ?? Infinity;
          const pads = [1, 2].flatMap((side) =>
            axes.map((axis) => Math.min(axis[side]!, most(axis[0]))),
          );
          if (pads.every((pad) => pad === 0)) return Promise.resolve();
          const value = mode === "constant" ? 0.5 : 0;
          return expectAgreement("Pad", [axes.map(([extent]) => extent)], { pads, mode, value });
        },
      ),
      runs,
    ),
  );

  test("Resize", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(small(1, 4), small(1, 3)), { minLength: 1, maxLength: 5 }),
        (axes) =>
          expectAgreement("Resize", [axes.map(([extent]) => extent)], {
            factors: axes.map(([, factor]) => factor),
          }),
      ),
      runs,
    ));
});
