/**
 * Attributes, opsets and corner cases beyond ONNX's archive, held against onnxruntime's own kernels: empty sets,
 * automatic pads, rounding up, negative steps, integers.
 */
import { describe, test } from "vitest";
import { fromFloat64, type DType, type Tensor } from "../../../../shared/tensor";
import {
  agree,
  bools,
  describeRow,
  float,
  ints,
  whole,
  type Attributes,
  type Row,
} from "./agreement.testing";

const of = (dtype: DType, shape: readonly number[], ...values: number[]): Tensor =>
  fromFloat64(dtype, shape, values);

function each(rows: readonly Row[]): void {
  test.each(rows.map((row) => [describeRow(row), row] as const))("%s", (_, row) => agree(row));
}

describe("reductions", () => {
  const empty = of("float32", [2, 0, 3]);
  const kinds = [
    "Sum",
    "Mean",
    "Max",
    "Min",
    "Prod",
    "L1",
    "L2",
    "LogSum",
    "LogSumExp",
    "SumSquare",
  ];
  each([
    ...["Sum", "Prod", "L1", "L2", "SumSquare", "Max", "Min"].map((kind): Row => [
      `Reduce${kind}`,
      kind === "Max" || kind === "Min" ? 20 : 18,
      [empty, ints(1)],
    ]),
    ...kinds
      .filter((kind) => kind !== "LogSum")
      .flatMap((kind): Row[] => [
        [`Reduce${kind}`, 18, [[2, 3, 4], ints(-1, 0)], { keepdims: 0 }],
        [`Reduce${kind}`, 18, [[2, 3, 4]]],
        [`Reduce${kind}`, 13, [[2, 3, 4]], kind === "Sum" ? {} : { axes: [1] }],
        [`Reduce${kind}`, 18, [[2, 3], ints()], { noop_with_empty_axes: 1 }],
      ]),
    ["ReduceMax", 18, [of("int32", [2, 2], 3, -1, 7, 2), ints(1)]],
    ["ReduceSum", 13, [of("int64", [2, 2], 3, -1, 7, 2), ints(0)]],
    ["ReduceMean", 18, [of("int32", [2, 2], 3, -1, 7, 2), ints(1)]],
    ["ArgMax", 13, [of("float32", [2, 3], 1, 3, 3, 2, 2, 0)], { axis: 1, select_last_index: 1 }],
    ["ArgMin", 13, [of("float32", [2, 3], 1, 3, 1, 2, 0, 0)], { axis: -1, keepdims: 0 }],
    ["CumSum", 14, [of("int32", [5], 1, 2, 3, 4, 5), whole(0)], { exclusive: 1 }],
    ["CumSum", 14, [[3, 4], of("int32", [], -1)], { reverse: 1 }],
    ["Softmax", 11, [[2, 3, 4]], { axis: 1 }],
    ["LogSoftmax", 13, [[2, 3, 4]], { axis: 0 }],
  ]);
});

describe("windows", () => {
  const pool = (extra: Attributes): Attributes => ({ kernel_shape: [3, 3], ...extra });
  const autos = ["SAME_UPPER", "SAME_LOWER", "VALID"];
  each([
    ...autos.flatMap((auto_pad): Row[] => [
      ["AveragePool", 19, [[1, 2, 7, 8]], pool({ auto_pad, strides: [2, 2] })],
      ["AveragePool", 19, [[1, 2, 7, 8]], pool({ auto_pad, count_include_pad: 1 })],
      ["MaxPool", 12, [[1, 2, 7, 8]], pool({ auto_pad, strides: [2, 3] })],
      ["Conv", 11, [[1, 2, 7, 8], [3, 2, 3, 3], [3]], { auto_pad, strides: [2, 2] }],
      ["ConvTranspose", 11, [[1, 2, 4, 5], [2, 3, 3, 3], [3]], { auto_pad, strides: [2, 2] }],
    ]),
    [
      "AveragePool",
      19,
      [[1, 3, 2, 2]],
      pool({ strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 }),
    ],
    ["AveragePool", 19, [[1, 1, 5, 5]], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }],
    ["AveragePool", 19, [[1, 1, 8, 8]], { kernel_shape: [2, 2], dilations: [2, 3] }],
    ["AveragePool", 19, [[1, 1, 6]], { kernel_shape: [3], pads: [2, 1], count_include_pad: 1 }],
    [
      "MaxPool",
      12,
      [[1, 1, 9]],
      { kernel_shape: [3], strides: [2], dilations: [2], ceil_mode: 1 },
      2,
    ],
    ["MaxPool", 12, [[1, 1, 4, 4]], { kernel_shape: [2, 2], dilations: [2, 2] }, 2],
    [
      "ConvTranspose",
      11,
      [
        [1, 2, 3, 3],
        [2, 1, 3, 3],
      ],
      { strides: [3, 2], output_shape: [10, 8] },
    ],
    [
      "ConvTranspose",
      11,
      [
        [1, 2, 3, 3],
        [2, 2, 3, 3],
      ],
      { strides: [3, 2], output_padding: [1, 1] },
    ],
    [
      "ConvTranspose",
      11,
      [
        [1, 4, 3, 3],
        [4, 1, 3, 3],
      ],
      { group: 2, dilations: [2, 2] },
    ],
    [
      "ConvTranspose",
      11,
      [
        [1, 1, 3, 4, 5],
        [1, 2, 3, 3, 3],
      ],
    ],
    ["ConvTranspose", 11, [[1, 1, 3], [1, 2, 3], [2]], { pads: [1, 1], strides: [2] }],
    [
      "Conv",
      11,
      [
        [1, 4, 6],
        [6, 2, 3],
      ],
      { group: 2, pads: [2, 0], dilations: [2] },
    ],
    [
      "Conv",
      11,
      [
        [1, 1, 4, 5, 6],
        [2, 1, 2, 3, 2],
      ],
      { strides: [1, 2, 1] },
    ],
    [
      "MaxPool",
      12,
      [{ dims: [1, 1, 2, 3], dataType: 2, int32Data: [1, 250, 3, 4, 5, 6] }],
      { kernel_shape: [2, 2] },
    ],
    ["GlobalMaxPool", 1, [[2, 3, 4, 5]]],
    ["GlobalAveragePool", 1, [[2, 3, 4]]],
  ]);
});

describe("movement", () => {
  const x = [3, 4, 5];
  each([
    ["Slice", 13, [x, ints(-1, 10), ints(-10, 0), ints(0, 2), ints(-1, -2)]],
    ["Slice", 13, [x, ints(1), ints(1000), ints(1), ints(2)]],
    ["Slice", 13, [x, ints(5), ints(9), ints(0)]],
    ["Split", 18, [[7, 2]], { num_outputs: 3 }, 3],
    ["Split", 13, [x, ints(1, 0, 3)], { axis: 1 }, 3],
    ["Tile", 13, [[2, 3], ints(2, 3)]],
    ["Expand", 13, [[3, 1], ints(2, 1, 4)]],
    ["Pad", 21, [x, ints(1, 2), of("float32", [], 3), ints(-1)]],
    ["Pad", 18, [x, ints(0, 1, 2, 1, -1, 0)], { mode: "edge" }],
    ["Pad", 18, [x, ints(2, 1, 2, 1, 2, 0)], { mode: "reflect" }],
    ["Pad", 19, [x, ints(2, 1, 2, 1, 2, 0)], { mode: "wrap" }],
    ["Squeeze", 13, [[1, 3, 1, 2]]],
    ["Squeeze", 13, [[1, 3, 1, 2], ints(-2)]],
    ["Unsqueeze", 13, [x, ints(4, 0, -3)]],
    ["Flatten", 13, [x], { axis: -1 }],
    ["Reshape", 14, [of("float32", [0, 3]), ints(3, 0)], { allowzero: 1 }],
    ["Reshape", 14, [x, ints(0, -1)]],
    ["Transpose", 13, [x]],
    ["SpaceToDepth", 13, [[1, 2, 4, 6]], { blocksize: 2 }],
    ["DepthToSpace", 13, [[1, 8, 2, 3]], { blocksize: 2 }],
    ["Gather", 13, [x, of("int64", [2, 2], 0, -1, 2, 1)], { axis: 1 }],
    ["GatherElements", 13, [[3, 3], of("int64", [2, 3], 0, -1, 2, 1, 1, 0)]],
    ["GatherND", 13, [[2, 3, 4], of("int64", [2, 1], 0, -1)], { batch_dims: 1 }],
    ["ScatterElements", 18, [[3, 3], of("int64", [2, 3], 0, -1, 2, 1, 1, 0), [2, 3]]],
    ["ScatterND", 18, [[4, 2], of("int64", [2, 1], 0, -1), [2, 2]]],
    [
      "Concat",
      13,
      [
        [2, 3],
        [2, 4],
      ],
      { axis: -1 },
    ],
    ["Where", 16, [bools([2, 1], 1, 0), [2, 3], [3]]],
    ["EyeLike", 9, [of("float32", [3, 4], ...new Array<number>(12).fill(0))], { k: -1, dtype: 11 }],
    ["Range", 11, [of("float32", [], 1), of("float32", [], 4.5), of("float32", [], 0.7)]],
    ["Range", 11, [whole(10), whole(-3), whole(-4)]],
    ["Shape", 15, [x], { start: -2, end: 9 }],
    ["Size", 13, [x]],
    ["TopK", 11, [of("float32", [2, 4], 1, 3, 3, 2, 5, 5, 5, 5), ints(3)], {}, 2],
    ["Trilu", 14, [[3, 2], whole(-5)]],
  ]);
});

describe("arithmetic", () => {
  const a = of("int32", [6], -7, 7, -7, 7, 5, 6);
  const b = of("int32", [6], 2, -2, -2, 2, 3, 3);
  const halves = of("float32", [8], -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.2, -0.7);
  each([
    ["Mod", 13, [a, b]],
    ["Mod", 13, [a, b], { fmod: 1 }],
    ["Mod", 13, [[6], of("float32", [6], 0.3, -0.4, 0.5, 2, -1, 0.7)], { fmod: 1 }],
    ["Div", 14, [a, b]],
    ["Pow", 15, [of("float32", [3], 1, 2, 3), of("int64", [3], 4, 5, 6)]],
    ["Pow", 15, [of("int64", [3], 1, 2, 3), of("int64", [3], 4, 5, 6)]],
    ["Pow", 15, [of("int32", [3], 1, 2, 3), of("float32", [3], 4, 5, 6)]],
    ["Round", 11, [halves]],
    ["Clip", 13, [[3, 4], of("float32", [], 0.5), of("float32", [], -0.5)]],
    ["Clip", 13, [a, of("int32", [], -2)]],
    ["Sign", 13, [a]],
    ["Abs", 13, [a]],
    ["Neg", 13, [of("int64", [2], 3, -4)]],
    ["Max", 13, [of("int64", [2], 3, -4), of("int64", [1], 0)]],
    ["Mean", 13, [[2, 3], [3], [1, 3]]],
    ["IsInf", 10, [of("float32", [3], Infinity, -Infinity, 1)], { detect_positive: 0 }],
    ["Cast", 13, [halves], { to: 7 }],
    ["Cast", 13, [halves], { to: 9 }],
    [
      "Gemm",
      13,
      [
        [3, 2],
        [4, 3],
        [1, 4],
      ],
      { transA: 1, transB: 1, alpha: float(0.5), beta: float(2) },
    ],
    ["MatMul", 13, [[3], [2, 3, 4]]],
    ...[1, 2, 3, 4, 5, 6].map((n): Row => ["Det", 11, [[2, 3, n, n]]]),
    ["Det", 11, [[3, 3]]],
    [
      "MatMul",
      13,
      [
        [2, 1, 3, 4],
        [4, 5],
      ],
    ],
    [
      "Einsum",
      12,
      [
        [2, 3, 4],
        [2, 4, 5],
      ],
      { equation: "bij, bjk -> bik" },
    ],
    ["Einsum", 12, [[3, 3]], { equation: "ii->i" }],
    [
      "Einsum",
      12,
      [
        [2, 3],
        [2, 3],
      ],
      { equation: "...i,...i" },
    ],
    ["HardSigmoid", 6, [[5]]],
    ["Elu", 6, [[5]], { alpha: float(0.7) }],
    ["LeakyRelu", 16, [[5]]],
    ["Swish", 24, [[5]], { alpha: float(1.3) }],
  ]);
});

describe("resizing", () => {
  const sizes = ints(1, 1, 3, 7);
  const scales = of("float32", [4], 1, 1, 0.6, 1.7);
  const modes = ["nearest", "linear", "cubic"];
  const coordinates = [
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
  ];
  each([
    ...modes.flatMap((mode) =>
      coordinates.flatMap((coordinate_transformation_mode): Row[] => [
        ["Resize", 19, [[1, 1, 5, 4], null, null, sizes], { mode, coordinate_transformation_mode }],
        ["Resize", 19, [[1, 1, 5, 4], null, scales], { mode, coordinate_transformation_mode }],
      ]),
    ),
    ["Resize", 19, [[1, 1, 6, 8], null, null, ints(1, 1, 3, 3)], { mode: "linear", antialias: 1 }],
    ["Resize", 19, [[1, 1, 6, 8], null, null, ints(1, 1, 3, 3)], { mode: "cubic", antialias: 1 }],
    [
      "Resize",
      19,
      [[1, 1, 5, 4], null, null, ints(7, 8)],
      { axes: [2, 3], keep_aspect_ratio_policy: "not_larger" },
    ],
    [
      "Resize",
      19,
      [[1, 1, 5, 4], null, null, ints(8, 7)],
      { axes: [3, 2], keep_aspect_ratio_policy: "not_smaller" },
    ],
    [
      "Resize",
      19,
      [[1, 1, 5, 4], of("float32", [8], 0, 0, 0.2, 0.3, 1, 1, 1.2, 0.9), null, ints(1, 1, 3, 3)],
      {
        mode: "linear",
        coordinate_transformation_mode: "tf_crop_and_resize",
        extrapolation_value: float(10),
      },
    ],
    ["Resize", 10, [[1, 1, 3, 4], of("float32", [4], 1, 1, 2, 1.5)], { mode: "linear" }],
    ["Upsample", 9, [[1, 1, 3, 4], of("float32", [4], 1, 1, 2, 3)]],
  ]);
});
