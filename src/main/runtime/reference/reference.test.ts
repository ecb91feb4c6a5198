import { describe, expect, test } from "vitest";
import type { Tensor } from "../../../shared/tensor";
import { Builder } from "../../graph/builder";
import type { Graph } from "../../graph/ir";
import { createReferenceExecutor } from ".";

/** y = x·w and the place of its maximum. */
function example(): Graph {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [1, 2] });
  const w = g.input("w", { dtype: "float32", shape: [2, 2] }, "parameter");
  const y = g.matmul(x, w);
  const [place] = g.node("ArgMax", [y], { axis: 1, keepdims: false, select_last_index: false });
  return {
    inputs: [x, w],
    outputs: [
      { name: "y", value: y },
      { name: "place", value: place! },
      { name: "x", value: x },
    ],
  };
}

const x: Tensor = { dtype: "float64", shape: [1, 2], data: Float64Array.of(0.1, 0.2) };
const w: Tensor = { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };

describe("the reference executor", () => {
  test("computes in doubles, floats of either width in, float64 and the declared integers out", async () => {
    const program = await createReferenceExecutor().compile(example());
    const results = await program.run(
      new Map([
        ["x", x],
        ["w", w],
      ]),
    );
    expect(program.inputs).toEqual(["x", "w"]);
    expect(results.get("y")).toEqual({
      dtype: "float64",
      shape: [1, 2],
      data: Float64Array.of(0.1 + 0.2 * 3, 0.1 * 2 + 0.2 * 4),
    });
    expect(results.get("place")).toEqual({
      dtype: "int64",
      shape: [1],
      data: BigInt64Array.of(1n),
    });
  });

  test("binds parameters, and hands out arrays of its own", async () => {
    const program = await createReferenceExecutor().compile(example(), {
      bind: new Map([["w", w]]),
    });
    expect(program.inputs).toEqual(["x"]);
    const results = await program.run(new Map([["x", x]]));
    expect(results.get("x")!.data).toEqual(x.data);
    expect(results.get("x")!.data).not.toBe(x.data);
  });

  test("says which input is missing, of another shape or of another kind", async () => {
    const program = await createReferenceExecutor().compile(example());
    await expect(program.run(new Map([["x", x]]))).rejects.toMatchObject({
      code: "runtime/missing-input",
    });
    await expect(
      program.run(
        new Map([
          ["x", w],
          ["w", w],
        ]),
      ),
    ).rejects.toMatchObject({ code: "runtime/shape" });
    const whole: Tensor = { dtype: "int32", shape: [1, 2], data: Int32Array.of(1, 2) };
    await expect(
      program.run(
        new Map([
          ["x", whole],
          ["w", w],
        ]),
      ),
    ).rejects.toThrow('The input "x" takes float32[1, 2], not int32[1, 2].');
  });

  test("lets the event loop turn while it runs", async () => {
    const program = await createReferenceExecutor().compile(example());
    let turned = false;
    setImmediate(() => (turned = true));
    await program.run(
      new Map([
        ["x", x],
        ["w", w],
      ]),
    );
    expect(turned).toBe(true);
  });
});
