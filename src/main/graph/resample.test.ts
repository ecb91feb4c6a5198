/** Resizing by products with matrices, held against onnxruntime's Resize in every mode that both have. */
import * as fc from "fast-check";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { fromFloat64, sizeOf, toFloat64 } from "../../shared/tensor";
import { Builder } from "./builder";
import { topologicalOrder, type Value } from "./ir";
import { encodeMessage } from "./onnx/message";
import { AttributeType, modelProto, type AttributeProto } from "./onnx/schema";
import { dataTypeOf, toTensorProto } from "./onnx/tensors";
import { ruleOf } from "./ops";
import { axisMatrix, resample, type CoordinateMode, type ResizeSpec } from "./resample";
import type { Numbers } from "./rule";

const seed = 20261121;

function numbers(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.fround(Math.sin(3 * i * i + i)));
}

/** A model of one Resize with the same attributes. */
function resizeModel(shape: readonly number[], spec: ResizeSpec): Uint8Array {
  const attributes: Partial<AttributeProto>[] = [
    { name: "mode", s: spec.mode, type: AttributeType.string },
    { name: "antialias", i: Number(spec.antialias ?? false), type: AttributeType.int },
    { name: "exclude_outside", i: Number(spec.exclude_outside ?? false), type: AttributeType.int },
    { name: "cubic_coeff_a", f: spec.cubic_coeff_a ?? -0.75, type: AttributeType.float },
    ...(["coordinate_transformation_mode", "nearest_mode"] as const).flatMap((name) =>
      spec[name] === undefined ? [] : [{ name, s: spec[name], type: AttributeType.string }],
    ),
  ];
  const vector = (name: string, dtype: "float32" | "int64", data: readonly number[]) =>
    toTensorProto(name, fromFloat64(dtype, [data.length], data));
  const valueInfo = (name: string, extents: readonly number[]) => ({
    name,
    type: {
      tensorType: {
        elemType: dataTypeOf.float32,
        shape: { dim: extents.map((extent) => ({ dimValue: extent, dimParam: undefined })) },
      },
    },
    docString: "",
  });
  const byScales = spec.scales !== undefined;
  const graph = {
    name: "resize",
    node: [
      {
        opType: "Resize",
        input: [
          "x",
          spec.roi ? "roi" : "",
          byScales ? "scales" : "",
          ...(byScales ? [] : ["sizes"]),
        ],
        output: ["y"],
        attribute: attributes,
      },
    ],
    initializer: [
      ...(spec.roi ? [vector("roi", "float32", spec.roi)] : []),
      byScales ? vector("scales", "float32", spec.scales!) : vector("sizes", "int64", spec.sizes),
    ],
    input: [valueInfo("x", shape)],
    output: [valueInfo("y", spec.sizes)],
  };
  return encodeMessage(modelProto, {
    irVersion: 10,
    graph,
    opsetImport: [{ domain: "", version: 21 }],
  } as object);
}

/** The value in doubles, by the reference kernels. */
function evaluate(output: Value, x: Value, data: Float64Array): Float64Array {
  const known = new Map<Value, Numbers>([[x, { ...x, data }]]);
  const read = (value: Value): Numbers => {
    const { source } = value;
    if (source.kind === "constant") return { ...value, data: toFloat64(source.tensor) };
    return known.get(value)!;
  };
  for (const { op, inputs, attrs, outputs } of topologicalOrder([output])) {
    ruleOf(op)
      .kernel(inputs.map(read), attrs, outputs)
      .forEach((result, i) => known.set(outputs[i]!, { ...outputs[i]!, data: result }));
  }
  return read(output).data;
}

async function expectAgreement(shape: readonly number[], spec: ResizeSpec): Promise<void> {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape });
  const y = resample(g, x, spec);
  expect(y.shape).toEqual(spec.sizes);
  const data = numbers(sizeOf(shape));
  const own = evaluate(y, x, Float64Array.from(data));
  const session = await InferenceSession.create(resizeModel(shape, spec), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const { y: theirs } = await session.run({ x: new OrtTensor("float32", data, shape) });
  await session.release();
  // 1e-5: onnxruntime's coordinates are single precision, off by up to 1e-6 of an element here.
  own.forEach((value, i) => {
    const other = Number(theirs!.data[i]);
    expect(Math.abs(value - other), `element ${i}: ${value} for ${other}`).toBeLessThan(1e-5);
  });
}

const extents = fc.tuple(
  fc.integer({ min: 2, max: 7 }),
  fc.integer({ min: 2, max: 7 }),
  fc.integer({ min: 1, max: 13 }),
  fc.integer({ min: 1, max: 13 }),
);
const coordinateModes: CoordinateMode[] = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
];
const runs = { numRuns: 25, seed };

/**
 * Whether half_pixel coordinates meet an element exactly while their scale is no power of two: onnxruntime's
 * single precision then falls beside it now and then, and rounding up or down with it.
 */
function onTheEdge(extent: number, size: number): boolean {
  const hits = Array.from({ length: size }, (_, o) => ((o + 0.5) * extent) / size - 0.5);
  return (
    !Number.isInteger(Math.log2(size / extent)) &&
    hits.some((x) => Math.abs(x - Math.round(x)) < 1e-6)
  );
}

describe.each(coordinateModes)("agrees with onnxruntime, %s", (coordinate_transformation_mode) => {
  const check = (options: Omit<ResizeSpec, "sizes">) =>
    fc.assert(
      fc.asyncProperty(extents, ([h, w, height, width]) => {
        const oneSided = options.nearest_mode === "floor" || options.nearest_mode === "ceil";
        if (oneSided && coordinate_transformation_mode.includes("half_pixel")) {
          fc.pre(!onTheEdge(h, height) && !onTheEdge(w, width));
        }
        return expectAgreement([1, 2, h, w], {
          ...options,
          sizes: [1, 2, height, width],
          coordinate_transformation_mode,
        });
      }),
      runs,
    );
  test.each(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const)(
    "nearest, %s",
    (nearest_mode) => check({ mode: "nearest", nearest_mode }),
  );
  test("linear", () => check({ mode: "linear" }));
  test("cubic", () => check({ mode: "cubic" }));
  test("cubic with another coefficient, without what is outside", () =>
    check({ mode: "cubic", cubic_coeff_a: -0.5, exclude_outside: true }));
  test.runIf(coordinate_transformation_mode === "half_pixel")(
    "linear and cubic, antialiased",
    async () => {
      await check({ mode: "linear", antialias: true });
      await check({ mode: "cubic", antialias: true });
      await check({ mode: "cubic", antialias: true, exclude_outside: true });
    },
  );
});

test("computes coordinates with the scales given, not with the ratio of sizes", () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 7 }),
      fc.constantFrom(0.6, 0.75, 1.3, 1.5, 2.4),
      fc.constantFrom("nearest" as const, "linear" as const),
      (extent, scale, mode) => {
        const size = Math.floor(extent * scale);
        // onnxruntime copies where the shape stays, whatever the scales.
        fc.pre(size !== extent);
        return expectAgreement([1, 1, extent, extent], {
          mode,
          sizes: [1, 1, size, size],
          scales: [1, 1, scale, scale],
        });
      },
    ),
    runs,
  ));

test("crops a region, zero outside the input", () =>
  expectAgreement([1, 1, 4, 5], {
    mode: "linear",
    sizes: [1, 1, 3, 4],
    coordinate_transformation_mode: "tf_crop_and_resize",
    roi: [0, 0, 0.4, -0.2, 1, 1, 1.3, 0.9],
  }));

test("every interpolation keeps a constant", () => {
  for (const mode of ["nearest", "linear", "cubic"] as const) {
    for (const antialias of [false, true]) {
      const matrix = axisMatrix(
        { extent: 7, size: 5, scale: 5 / 7, axis: 0, rank: 1 },
        {
          mode,
          sizes: [5],
          antialias,
        },
      );
      for (let o = 0; o < 5; o++) {
        const sum = matrix.subarray(7 * o, 7 * o + 7).reduce((total, weight) => total + weight, 0);
        expect(sum).toBeCloseTo(1, 12);
      }
    }
  }
});

describe("resizes by whole factors without a matrix", () => {
  const opsOf = (spec: Omit<ResizeSpec, "sizes">, sizes: number[]) => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [2, 3, 8, 8] });
    return topologicalOrder([resample(g, x, { ...spec, sizes })]).map(({ op }) => op);
  };
  test("nearest neighbours up are one Resize", () =>
    expect(
      opsOf(
        { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
        [2, 3, 16, 24],
      ),
    ).toEqual(["Resize"]));
  test("nearest neighbours down are one Slice", () =>
    expect(opsOf({ mode: "nearest" }, [2, 3, 4, 2])).toEqual(["Slice"]));
  test("the same size is the same value", () =>
    expect(opsOf({ mode: "cubic" }, [2, 3, 8, 8])).toEqual([]));
});
