import { expect, test } from "vitest";
import type { DataEntry, ModelEntry, Study } from "../../shared/contract";
import { chosenOf, networksBeside, textOf } from "./networks";

const model = (id: string, path: string, weights: string | null, extent = 8): ModelEntry =>
  ({
    ...{ id, name: `the ${id}`, file: { path }, state: "here" },
    weights: weights === null ? null : { path: weights },
    info: { inputs: [{ shape: [null, 1, extent] }] },
  }) as unknown as ModelEntry;
const own = model("own", "/a, b/study/checkpoints/one/model.onnx", null);
const apart = model(
  "apart",
  "/a, b/study/checkpoints/two/model.onnx",
  "/a, b/study/checkpoints/two/seed-1/best.safetensors",
);
const far = model("far", "/else/net.onnx", null);
const unfit = model("unfit", "/a, b/study/models/other.onnx", null, 16);
const study = { models: [own, apart, far, unfit] } as unknown as Study;
const data = {
  info: { axes: ["trajectory", "time", "channel", "x"], shape: [3, 4, 1, 8] },
} as unknown as DataEntry;

test("networks that take the data are named from the model's folder, with their weights", () => {
  expect(networksBeside(study, own, data)).toEqual([
    {
      ...{ id: "apart", name: "the apart" },
      text: "../two/model.onnx with ../two/seed-1/best.safetensors",
    },
    { id: "far", name: "the far", text: "/else/net.onnx" },
  ]);
});

test("what is chosen is read off the text, which keeps what else it names", () => {
  const offered = networksBeside(study, own, data);
  const text = textOf(["far"], offered, "nets/*.onnx");
  expect(text).toBe("/else/net.onnx, nets/*.onnx");
  expect(chosenOf(text, offered)).toEqual({ chosen: ["far"], rest: "nets/*.onnx" });
});
