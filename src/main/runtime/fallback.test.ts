import { describe, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import { fromFloat64 } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import type { Graph } from "../graph/ir";
import type { Executor } from "./executor";
import { withFallback } from "./fallback";
import { createReferenceExecutor } from "./reference";

/** y = 2x, x of one element. */
function doubling(): Graph {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [1] });
  return { inputs: [x], outputs: [{ name: "y", value: g.add(x, x) }] };
}

/** The reference in the place of a device that is lost after so many runs, whatever the program. */
function lostAfter(runs: number, error: Error): Executor {
  const sound = createReferenceExecutor();
  let left = runs;
  return {
    ...sound,
    description: "card",
    async compile(graph, options) {
      if (left < 0) throw error;
      const program = await sound.compile(graph, options);
      return {
        ...program,
        run: (feeds) => (left-- > 0 ? program.run(feeds) : Promise.reject(error)),
        dispose: () => Promise.reject(new Error("there is no device to free anything on")),
      };
    },
  };
}

const lost = new UserError("device/lost", "The card was lost while computing.");
const feeds = (x: number) => new Map([["x", fromFloat64("float32", [1], [x])]]);

describe("a fall-back", () => {
  test("goes on where the device was lost, with every program, and says so once", async () => {
    const executor = withFallback(lostAfter(3, lost), createReferenceExecutor);
    const [first, second] = [
      await executor.compile(doubling()),
      await executor.compile(doubling()),
    ];
    const results: number[] = [];
    for (let i = 1; i <= 4; i++) {
      for (const program of [first, second]) {
        results.push(Number((await program.run(feeds(i))).get("y")!.data[0]));
      }
    }
    const third = await executor.compile(doubling());
    results.push(Number((await third.run(feeds(9))).get("y")!.data[0]));
    expect(results).toEqual([2, 2, 4, 4, 6, 6, 8, 8, 18]);
    const { description } = createReferenceExecutor();
    expect(executor.description).toBe(`card, then ${description}`);
    expect(executor.remarks?.()).toEqual([
      `The card was lost while computing. From then on ${description} computed.`,
    ]);
    await executor.dispose();
  });

  test("leaves errors that are not the device's as they are", async () => {
    const fault = new UserError("runtime/shape", "The input x takes another shape.");
    const executor = withFallback(lostAfter(0, fault), () => {
      throw new Error("the CPU was asked");
    });
    const program = await executor.compile(doubling());
    await expect(program.run(feeds(1))).rejects.toBe(fault);
    expect(executor.remarks?.()).toEqual([]);
  });

  test("is not needed where nothing fails", async () => {
    const executor = withFallback(lostAfter(9, lost), () => {
      throw new Error("the CPU was asked");
    });
    const program = await executor.compile(doubling());
    expect(Number((await program.run(feeds(3))).get("y")!.data[0])).toBe(6);
    expect(executor.description).toBe("card");
  });
});
