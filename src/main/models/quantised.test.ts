import { expect, test } from "vitest";
import { fromFloat64 } from "../../shared/tensor";
import { importGraph } from "../graph/onnx/import";
import { parseOnnx } from "../graph/onnx/model";
import { smallModel } from "../graph/onnx/testing";
import { reachOf } from "./reach";

test("a quantised weight is stopped by its QuantizeLinear, the scale behind it is not", () => {
  const bytes = smallModel({
    inputs: { x: [1, 2] },
    outputs: ["y"],
    initializers: {
      w: fromFloat64("float32", [2, 2], [1, 2, 3, 4]),
      scale: fromFloat64("float32", [1], [0.05]),
      out: fromFloat64("float32", [2], [0.1, 0.2]),
      zero: { dims: [2], dataType: 3, int32Data: [3, -4] },
    },
    nodes: [
      { op: "QuantizeLinear", name: "quantise", inputs: ["w", "scale"], outputs: ["q"] },
      { op: "Identity", inputs: ["q"], outputs: ["r"] },
      {
        op: "DequantizeLinear",
        name: "dequantise",
        inputs: ["r", "out", "zero"],
        outputs: ["d"],
        attributes: { axis: 1 },
      },
      { op: "MatMul", inputs: ["x", "d"], outputs: ["y"] },
    ],
  });
  const parameters = new Map(["w", "out"].map((name) => [name, { name, transposed: false }]));
  const { graph } = importGraph(parseOnnx(bytes, "net.onnx"), { parameters });
  const [, w, out] = graph.inputs;
  const reach = reachOf(graph);
  expect(reach.differentiable.has(out!)).toBe(true);
  expect(reach.differentiable.has(w!)).toBe(false);
  const stopper = reach.stopper(w!);
  expect(stopper?.node.origin).toBe("quantise");
  expect(stopper?.reason).toBe("Round is piecewise constant");
});
