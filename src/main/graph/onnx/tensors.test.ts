import { describe, expect, test } from "vitest";
import { fromFloat64, type Tensor } from "../../../shared/tensor";
import { decodeMessage, encodeMessage } from "./message";
import { noExternalData } from "./external";
import { tensorProto, type TensorProto } from "./schema";
import { readTensor, toTensorProto } from "./tensors";

function read(proto: Partial<TensorProto>): Tensor {
  const decoded = decodeMessage<TensorProto>(tensorProto, encodeMessage(tensorProto, proto));
  return readTensor(decoded, `The tensor "w"`, noExternalData);
}

describe("a tensor", () => {
  test.each(["float32", "float64", "int32", "int64", "bool"] as const)(
    "of %s comes back as written",
    (dtype) => {
      const tensor = fromFloat64(dtype, [2, 3], [0, 1, 0, 1, 1, 0]);
      expect(read(toTensorProto("w", tensor))).toEqual(tensor);
    },
  );

  test.each<[string, Partial<TensorProto>, Tensor["data"]]>([
    ["floats", { dataType: 1, floatData: [1.5, -2] }, Float32Array.of(1.5, -2)],
    ["doubles", { dataType: 11, doubleData: [0.1, -2] }, Float64Array.of(0.1, -2)],
    ["int32", { dataType: 6, int32Data: [-7, 8] }, Int32Array.of(-7, 8)],
    ["int64", { dataType: 7, int64Data: [-1n, 2n ** 62n] }, BigInt64Array.of(-1n, 2n ** 62n)],
    ["bools", { dataType: 9, int32Data: [1, 0] }, Uint8Array.of(1, 0)],
    ["halves in int32", { dataType: 10, int32Data: [0x3c00, 0xc000] }, Float32Array.of(1, -2)],
    ["bfloat16 in int32", { dataType: 16, int32Data: [0x3f80, 0xc000] }, Float32Array.of(1, -2)],
    ["uint8 raw", { dataType: 2, rawData: Uint8Array.of(200, 1) }, Int32Array.of(200, 1)],
    ["int8 raw", { dataType: 3, rawData: Uint8Array.of(200, 1) }, Int32Array.of(-56, 1)],
    [
      "halves raw",
      { dataType: 10, rawData: Uint8Array.of(0, 0x3c, 0, 0xc0) },
      Float32Array.of(1, -2),
    ],
    ["uint32 in uint64", { dataType: 12, uint64Data: [5n, 6n] }, BigInt64Array.of(5n, 6n)],
  ])("is read from %s", (_, proto, data) => {
    expect(read({ dims: [2], ...proto }).data).toEqual(data);
  });

  test("shares no memory with the file", () => {
    const file = encodeMessage<TensorProto>(tensorProto, {
      dims: [1],
      dataType: 1,
      rawData: new Uint8Array(4),
    });
    const decoded = decodeMessage<TensorProto>(tensorProto, Buffer.from(file));
    expect(readTensor(decoded, "w", noExternalData).data.buffer.byteLength).toBe(4);
  });

  test.each<[string, Partial<TensorProto>, RegExp]>([
    [
      "too few bytes",
      { dims: [3], dataType: 1, rawData: new Uint8Array(8) },
      /8 bytes of float.*\[3\]/,
    ],
    ["too many bytes", { dims: [1], dataType: 1, rawData: new Uint8Array(8) }, /8 bytes/],
    ["a shape of astronomic size", { dims: [2 ** 40, 2 ** 40], dataType: 1 }, /impossible shape/],
    ["a large shape without elements", { dims: [2 ** 40], dataType: 1 }, /0 elements/],
    ["a negative extent", { dims: [-1], dataType: 1 }, /impossible shape/],
    ["strings", { dims: [1], dataType: 8, stringData: ["a"] }, /type string/],
    ["an unknown type", { dims: [1], dataType: 77 }, /number 77/],
    ["a file that is not at hand", { dims: [1], dataType: 1, dataLocation: 1 }, /not at hand/],
  ])("with %s is refused", (_, proto, message) => {
    expect(() => read(proto)).toThrow(message);
  });
});
