import { describe, expect, test } from "vitest";
import { createReferenceExecutor } from "../../../src/main/runtime/reference";
import { parseFieldSpec } from "../../../src/shared/fields/spec";
import { act } from "../../../src/shared/groups/act";
import { groupByName } from "../../../src/shared/groups/catalogue";
import { normals, randomFrom } from "../../../src/shared/random";
import { averagedNetwork, initialParameters, plainNetwork } from "./networks";

const size = 8;
const shape = [1, 2, size, size];

/** max |f(g x) − g f(x)| over all of D4, for random weights and a random state. */
async function worstDefect(network: typeof plainNetwork): Promise<number> {
  const executor = createReferenceExecutor();
  const program = await executor.compile(network(size)(1), { bind: initialParameters(3) });
  const fields = parseFieldSpec("vector:v");
  const f = async (data: Float64Array): Promise<Float64Array> => {
    const outputs = await program.run(new Map([["input", { dtype: "float64", shape, data }]]));
    return outputs.get("output")!.data as Float64Array;
  };
  const x = normals(randomFrom(1), 2 * size * size);
  const y = await f(x);
  let worst = 0;
  for (const element of groupByName("d4").elements) {
    const moved = await f(act(element, x, shape, fields));
    act(element, y, shape, fields).forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - moved[i]!));
    });
  }
  await executor.dispose();
  return worst;
}

describe("the example's networks", () => {
  test("the averaged one commutes with every element of D4, whatever its weights", async () => {
    expect(await worstDefect(averagedNetwork)).toBeLessThan(1e-13);
  });

  test("the plain one does not", async () => {
    expect(await worstDefect(plainNetwork)).toBeGreaterThan(1e-2);
  });
});
