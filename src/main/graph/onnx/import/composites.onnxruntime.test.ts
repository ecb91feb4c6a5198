/** Operators that are written out on import, held against onnxruntime's own kernels on random numbers. */
import { describe, test } from "vitest";
import { randomFrom } from "../../../../shared/random";
import { fromFloat64, sizeOf, type Tensor } from "../../../../shared/tensor";
import type { NarrowTensor } from "../testing";
import {
  agree,
  bools,
  describeRow,
  float,
  ints,
  whole,
  type Attributes,
  type Given,
  type Row,
} from "./agreement.testing";

const narrow = (dataType: number, ...int32Data: number[]): NarrowTensor => ({
  dims: int32Data.length === 1 ? [] : [int32Data.length],
  dataType,
  int32Data,
});
const [UINT8, INT8] = [2, 3];

function each(rows: readonly Row[]): void {
  test.each(rows.map((row) => [describeRow(row), row] as const))("%s", (_, row) => agree(row));
}

describe("Fourier transforms", () => {
  each([
    ["DFT", 17, [[2, 8, 3, 1]], { axis: 1 }],
    ["DFT", 17, [[2, 7, 3, 1]], { axis: 1, onesided: 1 }],
    ["DFT", 17, [[2, 8, 3, 2]], { axis: 2 }],
    ["DFT", 17, [[2, 5, 2]], { inverse: 1 }],
    ["DFT", 17, [[2, 6, 1], whole(9)], {}],
    ["DFT", 17, [[2, 6, 2], whole(4)], { inverse: 1 }],
    ["DFT", 20, [[2, 6, 5, 2]]],
    ["DFT", 20, [[2, 6, 5, 1], null, whole(-3)], { onesided: 1 }],
    ["DFT", 20, [[2, 6, 5, 2], whole(8), whole(1)], { inverse: 1 }],
    ["STFT", 17, [[2, 20, 1], whole(4), null, whole(8)], { onesided: 1 }],
    ["STFT", 17, [[1, 21, 1], whole(5), [6]], { onesided: 1 }],
    ["STFT", 17, [[1, 16, 1], whole(4), [8]], { onesided: 0 }],
    ["HannWindow", 17, [whole(7)]],
    ["HammingWindow", 17, [whole(8)], { periodic: 0 }],
    ["BlackmanWindow", 17, [whole(9)]],
  ]);
});

describe("sampling", () => {
  const modes16 = ["bilinear", "nearest", "bicubic"];
  const paddings = ["zeros", "border", "reflection"];
  each(
    modes16.flatMap((mode) =>
      paddings.flatMap((padding_mode) =>
        [0, 1].map((align_corners): Row => {
          const inputs: Given[] = [[2, 3, 4, 5], scaledGrid([2, 3, 6, 2], 2)];
          return ["GridSample", 16, inputs, { mode, padding_mode, align_corners }];
        }),
      ),
    ),
  );
  each([
    ["GridSample", 20, [[1, 2, 3, 4, 5], scaledGrid([1, 2, 3, 2, 3], 1.3)], { mode: "linear" }],
    ["GridSample", 20, [[1, 2, 3, 4, 5], scaledGrid([1, 2, 3, 2, 3], 1.3)], { mode: "nearest" }],
    ["GridSample", 20, [[1, 2, 3, 4], scaledGrid([1, 2, 3, 2], 1.3)], { mode: "cubic" }],
    ["AffineGrid", 20, [[2, 2, 3], ints(2, 1, 4, 5)], { align_corners: 0 }],
    ["AffineGrid", 20, [[2, 2, 3], ints(2, 1, 4, 5)], { align_corners: 1 }],
    ["AffineGrid", 20, [[1, 3, 4], ints(1, 1, 2, 4, 5)], { align_corners: 0 }],
  ]);
});

/** Grid points in ±reach: outside of the image too. */
function scaledGrid(shape: number[], reach: number): Tensor {
  const unit = randomFrom(7);
  return fromFloat64(
    "float32",
    shape,
    Array.from({ length: sizeOf(shape) }, () => reach * (2 * unit() - 1)),
  );
}

describe("attention", () => {
  const qkv: Given[] = [
    [2, 3, 4, 8],
    [2, 3, 6, 8],
    [2, 3, 6, 8],
  ];
  const grouped: Given[] = [
    [2, 4, 32],
    [2, 6, 16],
    [2, 6, 16],
  ];
  const heads = { q_num_heads: 4, kv_num_heads: 2 };
  const mask = bools([4, 6], ...Array.from({ length: 24 }, (_, i) => Number(i % 3 < 2)));
  each([
    ["Attention", 23, qkv],
    ["Attention", 23, qkv, { scale: float(0.3) }],
    ["Attention", 23, qkv, { is_causal: 1 }],
    ["Attention", 23, qkv, { softcap: float(2) }],
    ["Attention", 23, [...qkv, mask]],
    ["Attention", 23, [...qkv, [4, 6]]],
    ["Attention", 23, [...qkv, [2, 1, 4, 6]]],
    ["Attention", 23, grouped, heads],
    [
      "Attention",
      23,
      [[2, 3, 4, 8], [2, 3, 4, 8], [2, 3, 4, 8], null, [2, 3, 5, 8], [2, 3, 5, 8]],
      {},
      3,
    ],
    ["Attention", 23, [...qkv, null, null, null], { qk_matmul_output_mode: 0 }, 1],
    [
      "RotaryEmbedding",
      23,
      [
        [2, 3, 4, 8],
        [2, 4, 4],
        [2, 4, 4],
      ],
    ],
    [
      "RotaryEmbedding",
      23,
      [
        [2, 3, 4, 8],
        [2, 4, 4],
        [2, 4, 4],
      ],
      { interleaved: 1 },
    ],
    [
      "RotaryEmbedding",
      23,
      [[2, 4, 24], [9, 4], [9, 4], fromFloat64("int64", [2, 4], [0, 3, 8, 2, 5, 1, 7, 7])],
      { num_heads: 3 },
    ],
    [
      "RotaryEmbedding",
      23,
      [
        [1, 2, 3, 8],
        [1, 3, 2],
        [1, 3, 2],
      ],
      { rotary_embedding_dim: 4, interleaved: 1 },
    ],
  ]);
});

describe("normalisations", () => {
  each([
    ["LayerNormalization", 17, [[2, 3, 4], [4], [4]], { epsilon: float(0.1) }],
    [
      "LayerNormalization",
      17,
      [
        [2, 3, 4],
        [3, 4],
      ],
      { axis: 1 },
      3,
    ],
    ["InstanceNormalization", 6, [[2, 3, 4, 5], [3], [3]]],
    ["GroupNormalization", 21, [[2, 6, 4], [6], [6]], { num_groups: 3 }],
    ["RMSNormalization", 23, [[2, 3, 4], [4]], { axis: -1 }],
    ["BatchNormalization", 15, [[2, 3, 4], [3], [3], [3], fromFloat64("float32", [3], [1, 2, 3])]],
    ["LpNormalization", 1, [[2, 3, 4]], { p: 1, axis: 1 }],
    ["LpNormalization", 1, [[2, 3, 4]]],
    ["LRN", 13, [[2, 6, 3, 2]], { size: 5, alpha: float(0.3) }],
    ["MeanVarianceNormalization", 13, [[2, 3, 4, 5]]],
  ]);
});

describe("windows", () => {
  const square = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
  each([
    ["LpPool", 18, [[1, 2, 6, 7]], { kernel_shape: [3, 2], strides: [2, 2], p: 3 }],
    ["LpPool", 18, [[1, 2, 6, 7]], square],
    ["GlobalLpPool", 2, [[2, 3, 4, 5]]],
    ["GlobalLpPool", 2, [[2, 3, 4, 5]], { p: 1 }],
    ["MaxPool", 12, [[2, 3, 6, 7]], { ...square, storage_order: 1 }, 2],
    ["MaxPool", 12, [[1, 2, 4, 5, 6]], { kernel_shape: [2, 2, 2], storage_order: 0 }, 2],
    ["MaxPool", 12, [[1, 1, 6, 6]], { ...square, ceil_mode: 1 }, 1],
    ["AveragePool", 19, [[1, 1, 6, 6]], { ...square, ceil_mode: 1 }],
    ["AveragePool", 19, [[1, 1, 6, 6]], { ...square, ceil_mode: 1, count_include_pad: 1 }],
    ["Col2Im", 18, [[1, 8, 9], ints(4, 4), ints(2, 2)]],
  ]);
});

describe("recurrence", () => {
  const x = [5, 2, 3];
  const gates = (count: number, directions = 1): Given[] => [
    [directions, count * 4, 3],
    [directions, count * 4, 4],
    [directions, count * 8],
  ];
  const lengths = fromFloat64("int32", [2], [5, 3]);
  each([
    ["RNN", 14, [x, ...gates(1)], { hidden_size: 4 }, 2],
    ["RNN", 14, [x, ...gates(1, 2), lengths], { hidden_size: 4, direction: "bidirectional" }, 2],
    ["GRU", 14, [x, ...gates(3)], { hidden_size: 4, linear_before_reset: 1 }, 2],
    ["GRU", 14, [x, ...gates(3), null, [1, 2, 4]], { hidden_size: 4 }, 2],
    ["LSTM", 14, [x, ...gates(4), null, [1, 2, 4], [1, 2, 4], [1, 12]], { hidden_size: 4 }, 3],
    ["LSTM", 14, [x, ...gates(4, 2), lengths], { hidden_size: 4, direction: "bidirectional" }, 3],
    ["LSTM", 14, [x, ...gates(4)], { hidden_size: 4, direction: "reverse" }, 3],
    ["RNN", 14, [x, ...gates(1)], { hidden_size: 4, clip: float(0.2) }, 2],
    ["GRU", 14, [x, ...gates(3)], { hidden_size: 4, clip: float(0.2) }, 2],
    ["GRU", 14, [x, ...gates(3)], { hidden_size: 4, clip: float(0.3), linear_before_reset: 1 }, 2],
    ["LSTM", 14, [x, ...gates(4)], { hidden_size: 4, clip: float(0.1), input_forget: 1 }, 3],
    [
      "LSTM",
      14,
      [x, ...gates(4), null, [1, 2, 4], [1, 2, 4], [1, 12]],
      { hidden_size: 4, clip: float(0.1), input_forget: 1 },
      3,
    ],
    [
      "RNN",
      14,
      [x, ...gates(1, 2)],
      {
        hidden_size: 4,
        direction: "bidirectional",
        activations: ["LeakyRelu", "HardSigmoid"],
        activation_alpha: { floats: [0.3, 0.4] },
        activation_beta: { floats: [0.1] },
      },
      2,
    ],
    ["GRU", 14, [x, ...gates(3)], { hidden_size: 4, activations: ["HardSigmoid", "Elu"] }, 2],
    [
      "LSTM",
      14,
      [x, ...gates(4)],
      {
        hidden_size: 4,
        activations: ["Affine", "ScaledTanh", "Softsign"],
        activation_alpha: { floats: [0.3, 0.7] },
        activation_beta: { floats: [0.5, 1.5] },
      },
      3,
    ],
    [
      "RNN",
      14,
      [x, ...gates(1)],
      { hidden_size: 4, activations: ["ThresholdedRelu"], activation_alpha: { floats: [0.1] } },
      2,
    ],
  ]);
});

describe("indices", () => {
  const at = (...values: number[]): Tensor => fromFloat64("int64", [2, 2], values);
  const reduction = (name: string): Attributes => ({ axis: 1, reduction: name });
  each([
    ...["add", "mul", "max", "min"].map((name): Row => [
      "ScatterElements",
      18,
      [[3, 4], at(0, 0, 3, -1), [2, 2]],
      reduction(name),
    ]),
    ...["add", "mul", "max", "min"].map((name): Row => [
      "ScatterND",
      18,
      [[3, 4], at(0, 1, 2, -1), [2]],
      { reduction: name },
    ]),
    ["TopK", 11, [[3, 5, 2], ints(3)], { axis: 1 }, 2],
    ["TopK", 11, [[3, 5], ints(2)], { largest: 0 }, 2],
    ["ReverseSequence", 10, [[4, 3, 2], ints(1, 4, 2)]],
    ["ReverseSequence", 10, [[3, 4, 2], ints(1, 4, 2)], { batch_axis: 0, time_axis: 1 }],
    ["Compress", 11, [[3, 4], bools([3], 1, 0, 1)], { axis: 0 }],
    ["Hardmax", 13, [[2, 5, 3]], { axis: 1 }],
    ["CenterCropPad", 18, [[5, 4, 3], ints(2, 7)], { axes: [0, 1] }],
    ["CenterCropPad", 18, [[4, 5], ints(7, 2)]],
    ["OneHot", 11, [ints(1, -1, 7), whole(4), fromFloat64("float32", [2], [2, 5])], { axis: 0 }],
    ["Trilu", 14, [[2, 3, 4], whole(1)], { upper: 0 }],
    ["DepthToSpace", 13, [[1, 8, 2, 3]], { blocksize: 2, mode: "CRD" }],
  ]);
});

describe("activations", () => {
  const x = [3, 7];
  each([
    ["Gelu", 20, [x]],
    ["Gelu", 20, [x], { approximate: "tanh" }],
    ["Mish", 18, [x]],
    ["Celu", 12, [x], { alpha: float(0.4) }],
    ["Selu", 6, [x]],
    ["HardSigmoid", 6, [x], { alpha: float(0.9) }],
    ["HardSwish", 14, [x]],
    ["Shrink", 9, [x], { lambd: float(0.3), bias: float(0.1) }],
    ["Softsign", 1, [x]],
    ["ThresholdedRelu", 10, [x], { alpha: float(0.2) }],
    ["PRelu", 16, [x, [7]]],
    ["ReduceLogSumExp", 18, [x, ints(1)]],
    ["ReduceL2", 18, [x, ints(0)], { keepdims: 0 }],
  ]);
});

describe("quantisation", () => {
  const scales = fromFloat64("float32", [3], [0.01, 0.02, 0.003]);
  const scale = fromFloat64("float32", [], [0.006]);
  each([
    ["QuantizeLinear", 13, [[2, 3, 4], scale, narrow(UINT8, 100)]],
    ["QuantizeLinear", 13, [[2, 3, 4], scale]],
    ["QuantizeLinear", 13, [[2, 3, 4], scales, narrow(INT8, 3, -100, 90)]],
    ["QuantizeLinear", 13, [[2, 4, 3], scales, narrow(INT8, 3, -100, 90)], { axis: -1 }],
    [
      "QuantizeLinear",
      21,
      [
        [2, 6],
        fromFloat64(
          "float32",
          [2, 3],
          [1, 2, 3, 4, 5, 6].map((s) => s / 100),
        ),
        { dims: [2, 3], dataType: INT8, int32Data: [1, 2, 3, 4, 5, 6] },
      ],
      { block_size: 2 },
    ],
    ["DequantizeLinear", 13, [narrow(INT8, -7, 100, 3), scale, narrow(INT8, 5)]],
    [
      "DequantizeLinear",
      13,
      [narrow(UINT8, 7, 200, 3), scales, narrow(UINT8, 5, 6, 7)],
      { axis: 0 },
    ],
    ["DynamicQuantizeLinear", 11, [[4, 5]], {}, 3],
    [
      "MatMulInteger",
      10,
      [
        { dims: [2, 3], dataType: UINT8, int32Data: [1, 250, 3, 4, 5, 6] },
        { dims: [3, 2], dataType: INT8, int32Data: [1, -2, 3, 100, 5, -6] },
        narrow(UINT8, 7),
      ],
    ],
  ]);
});
