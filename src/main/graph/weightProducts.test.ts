import { expect, test } from "vitest";
import { Builder } from "./builder";
import { topologicalOrder } from "./ir";
import { withoutConvWeight } from "./weightProducts";

test("a weight cotangent is one product, at a stride one a tap or fewer on few channels", () => {
  const products = (channels: number, taps: number, stride: number): number => {
    const g = new Builder();
    const extent = Math.floor((9 - taps) / stride) + 1;
    const x = g.input("x", { dtype: "float32", shape: [2, channels, 9, 9] });
    const dy = g.input("dy", { dtype: "float32", shape: [2, 32, extent, extent] });
    const [dw] = g.node("ConvWeight", [x, dy], {
      strides: [stride, stride],
      dilations: [1, 1],
      pads: [0, 0, 0, 0],
      group: 1,
      kernel: [taps, taps],
    });
    const { outputs } = withoutConvWeight({
      inputs: [x, dy],
      outputs: [{ name: "dw", value: dw! }],
    });
    return topologicalOrder([outputs[0]!.value]).filter(({ op }) => op === "MatMul").length;
  };
  expect(products(32, 3, 1)).toBe(1);
  expect(products(32, 3, 2)).toBe(9);
  expect(products(4, 3, 1)).toBe(2);
  expect(products(32, 3, 3)).toBe(1);
});
