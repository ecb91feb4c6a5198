import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../shared/random";
import { sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import type { Normalisation } from "../data/normalise";
import { Builder } from "../graph/builder";
import { inputName, type Graph, type Value } from "../graph/ir";
import { createReferenceExecutor } from "../runtime/reference";
import { paddedAxes } from "./padded";
import { OWN_OUTPUT, prepared, type Preparation } from "./prepared";

const executor = createReferenceExecutor();
const plain: Preparation = {
  ...{ normalisation: null, predicts: "state", padding: null },
  ...{ channelAxis: 1, told: 0, lossIn: "network" },
};

function networkOf(
  shape: readonly number[],
  build: (g: Builder, x: Value) => Value,
): { graph(batch: number): Graph } {
  return {
    graph(batch) {
      const g = new Builder();
      const x = g.input("x", { dtype: "float32", shape: [batch, ...shape] });
      return { inputs: [x], outputs: [{ name: "y", value: build(g, x) }] };
    },
  };
}

const double = (g: Builder, x: Value): Value => g.mul(x, 2);

function positive(shape: readonly number[], seed = 1): Tensor {
  const data = normals(randomFrom(seed), sizeOf(shape)).map((value) => Math.exp(value / 2));
  return { dtype: "float64", shape, data };
}

async function outputs(
  graph: Graph,
  feeds: Record<string, Tensor>,
): Promise<Map<string, Float64Array>> {
  const program = await executor.compile(graph);
  const found = await program.run(new Map(Object.entries(feeds)));
  return new Map([...found].map(([name, tensor]) => [name, toFloat64(tensor)]));
}

/** Exact in single precision, as the graph has its constants. */
const number = fc.constantFrom(-2, -0.5, 0, 0.25, 1, 3);
const normalisations: fc.Arbitrary<Normalisation> = fc.record({
  mean: fc.tuple(number, number, number),
  std: fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(0.25, 1, 4))),
  log: fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(null, null, 0, 0.5))),
  source: fc.constant("test"),
}) as fc.Arbitrary<Normalisation>;

describe("a prepared network", () => {
  test("that does nothing in its own variables does nothing in the data’s, whatever these are", async () => {
    await fc.assert(
      fc.asyncProperty(normalisations, async (normalisation) => {
        const x = positive([2, 3, 4, 4]);
        const same = prepared(
          networkOf([3, 4, 4], (_, z) => z),
          { ...plain, normalisation },
        );
        const found = (await outputs(same.graph(2), { x })).get("y")!;
        found.forEach((value, i) => expect(value).toBeCloseTo(toFloat64(x)[i]!, 11));
      }),
      { numRuns: 60 },
    );
  });

  test("that predicts no change in its own variables predicts none in the data’s", async () => {
    await fc.assert(
      fc.asyncProperty(normalisations, async (normalisation) => {
        const x = positive([1, 3, 4, 4]);
        const none = networkOf([3, 4, 4], (g, z) => g.mul(z, 0));
        const still = prepared(none, { ...plain, normalisation, predicts: "change" });
        const found = (await outputs(still.graph(1), { x })).get("y")!;
        found.forEach((value, i) => expect(value).toBeCloseTo(toFloat64(x)[i]!, 11));
      }),
      { numRuns: 60 },
    );
  });

  test("has its own prediction as the target of its own loss: what is compared is then the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        normalisations,
        fc.constantFrom("state", "change"),
        async (normalisation, predicts) => {
          const model = prepared(networkOf([3, 4, 4], double), {
            ...plain,
            normalisation,
            predicts: predicts as "state" | "change",
          });
          const graph = model.graph(1);
          const g = new Builder();
          const [input] = graph.inputs as [Value];
          const target = g.input("t", graph.outputs[0]!.value);
          const wanted = model.own!.target(g, target, input);
          const x = positive([1, 3, 4, 4]);
          const found = await outputs(graph, { x });
          const t = { ...x, data: found.get("y")! };
          const again = await outputs(
            { inputs: [input, target], outputs: [{ name: "w", value: wanted }] },
            { x, t },
          );
          again
            .get("w")!
            .forEach((value, i) => expect(value).toBeCloseTo(found.get(OWN_OUTPUT)![i]!, 9));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("is (2·(x − mean)/std)·std + mean of a network that doubles", async () => {
    const normalisation = { mean: [1, 0, -2], std: [2, 4, 0.5], source: "" };
    const x = positive([1, 3, 4, 4]);
    const model = prepared(networkOf([3, 4, 4], double), { ...plain, normalisation });
    const found = await outputs(model.graph(1), { x });
    found.get("y")!.forEach((value, i) => {
      const mean = normalisation.mean[Math.floor(i / 16)]!;
      expect(value).toBeCloseTo(2 * toFloat64(x)[i]! - mean, 12);
    });
  });

  test("adds a change to the last of several states, before what it is told", async () => {
    const take = (g: Builder, z: Value): Value => g.slice(z, [{ axis: 1, start: 4, end: 5 }]);
    const shape = [5, 4];
    const model = prepared(
      networkOf(shape, (g, z) => g.concat([take(g, z), take(g, z)], 1)),
      {
        ...{ ...plain, predicts: "change", told: 1 },
        normalisation: { mean: [9, 9, 1, 2, 0], std: [9, 9, 2, 4, 1], source: "" },
      },
    );
    const x = positive([1, ...shape]);
    const values = toFloat64(x);
    const found = (await outputs(model.graph(1), { x })).get("y")!;
    for (let p = 0; p < 4; p++) {
      expect(found[p]).toBeCloseTo(values[8 + p]! + 2 * values[16 + p]!, 12);
      expect(found[4 + p]).toBeCloseTo(values[12 + p]! + 4 * values[16 + p]!, 12);
    }
  });

  test("has its channels where the states have them", async () => {
    const normalisation = { mean: [1, 0], std: [2, 4], source: "" };
    const model = prepared(networkOf([3, 2], double), { ...plain, normalisation, channelAxis: 2 });
    const x = positive([1, 3, 2]);
    const found = (await outputs(model.graph(1), { x })).get("y")!;
    found.forEach((value, i) =>
      expect(value).toBeCloseTo(2 * toFloat64(x)[i]! - (1 - (i % 2)), 12),
    );
  });

  test("is the network itself where nothing is stated", () => {
    const network = networkOf([3, 4, 4], double);
    expect(prepared(network, plain)).toBe(network);
  });

  test("of other channels than its normalisation is refused", () => {
    const normalisation = { mean: [0, 0], std: [1, 1], source: "n.json" };
    const model = prepared(networkOf([3, 4, 4], double), { ...plain, normalisation });
    expect(() => model.graph(1)).toThrow("n.json is for 2 channels, but the inputs have 3");
  });

  test("has scales of its own for predictions where they are stated", async () => {
    const normalisation = { mean: [0, 0, 0], std: [1, 1, 1], output: { mean: [1, 2], std: [2, 4] }, source: "" }; // prettier-ignore
    const two = networkOf([3, 4], (g, z) => g.slice(z, [{ axis: 1, start: 0, end: 2 }]));
    const x = positive([1, 3, 4]);
    const found = (await outputs(prepared(two, { ...plain, normalisation }).graph(1), { x })).get(
      "y",
    )!;
    found.forEach((value, i) =>
      expect(value).toBeCloseTo((i < 4 ? 2 : 4) * toFloat64(x)[i]! + (i < 4 ? 1 : 2), 12),
    );
  });
});

describe("padding", () => {
  /** A kernel without symmetry, over the points that there are. */
  const kernel = (g: Builder, x: Value): Value =>
    g.conv(x, g.constant({ dtype: "float32", shape: [1, 1, 3, 3], data: Float32Array.from({ length: 9 }, (_, i) => i + 1) })); // prettier-ignore
  const shrunk = (g: Builder, x: Value): Value => g.pad(kernel(g, x), [0, 0, 1, 1, 0, 0, 1, 1]);

  test.each([
    ["circular", "wrap"],
    ["zero", "constant"],
    ["replicate", "edge"],
    ["reflect", "reflect"],
  ] as const)("%s makes a convolution without padding one with it", async (mode, onnx) => {
    const padding = paddedAxes({ mode, cells: { before: 1, behind: 1 } }, [1, 6, 5], 1);
    const model = prepared(networkOf([1, 8, 7], shrunk), { ...plain, padding });
    const x = positive([1, 1, 6, 5]);
    expect(inputName(model.graph(1).inputs[0]!)).toBe("x");
    const own = networkOf([1, 6, 5], (g, z) =>
      kernel(g, g.pad(z, [0, 0, 1, 1, 0, 0, 1, 1], { mode: onnx })),
    );
    const [found, wanted] = [
      await outputs(model.graph(1), { x }),
      await outputs(own.graph(1), { x }),
    ];
    expect([...found.get("y")!]).toEqual([...wanted.get("y")!]);
  });

  test("to a multiple leaves the data’s extents as they are", async () => {
    const padding = paddedAxes({ mode: "reflect", cells: { multiple: 8 } }, [1, 6, 13], 1);
    const model = prepared(networkOf([1, 8, 16], double), { ...plain, padding });
    const x = positive([1, 1, 6, 13]);
    const found = (await outputs(model.graph(1), { x })).get("y")!;
    expect([...found]).toEqual([...toFloat64(x)].map((value) => 2 * value));
  });

  test.each([
    ["circular", 7, "6 points cannot be padded (circular) by 7"],
    ["reflect", 6, "6 points cannot be padded (reflect) by 6"],
  ] as const)("%s by %d of 6 is refused", (mode, by, why) => {
    expect(() => paddedAxes({ mode, cells: { before: by, behind: 0 } }, [1, 6], 1)).toThrow(why);
  });

  test("of a network whose output has no room for it is refused", () => {
    const padding = paddedAxes({ mode: "zero", cells: { before: 1, behind: 1 } }, [1, 6, 6], 1);
    const number = networkOf([1, 8, 8], (g, z) => g.mean(z, [2, 3]));
    expect(() => prepared(number, { ...plain, padding }).graph(1)).toThrow("puts out [1], where nothing stands for the padding"); // prettier-ignore
  });
});
