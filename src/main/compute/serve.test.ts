import { MessageChannel } from "node:worker_threads";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import type { Lane } from "./compute";
import type { Task } from "./task";
import type { FromCompute, ToCompute } from "./messages";
import { serveTasks } from "./serve";

function serve(
  tasks: Record<string, Task<never, unknown>>,
  lane: Lane,
): { send(message: ToCompute): void; heard: FromCompute[]; until(count: number): Promise<void> } {
  const { port1, port2 } = new MessageChannel();
  serveTasks(port1, tasks, lane);
  const heard: FromCompute[] = [];
  let woken = (): void => undefined;
  port2.on("message", (message: FromCompute) => {
    heard.push(message);
    woken();
  });
  port1.unref();
  port2.unref();
  return {
    send: (message) => port2.postMessage(message),
    heard,
    until: async (count) => {
      while (heard.length < count) await new Promise<void>((resolve) => (woken = resolve));
    },
  };
}

const call = (id: number, task: string, input: unknown = null): ToCompute => ({
  kind: "call",
  id,
  task: task as never,
  input,
});

describe("a worker's side", () => {
  test("answers with results, users' errors without and faults with a stack", async () => {
    const side = serve(
      {
        double: async (input: number) => input * 2,
        refuse: async () => {
          throw new UserError("test/no", "No.");
        },
        fail: async () => {
          throw new Error("oops");
        },
      },
      "queries",
    );
    side.send(call(1, "double", 21));
    side.send(call(2, "refuse"));
    side.send(call(3, "fail"));
    await side.until(3);
    expect(side.heard).toEqual([
      { kind: "result", id: 1, output: 42 },
      { kind: "error", id: 2, error: { code: "test/no", message: "No." } },
      { kind: "error", id: 3, error: expect.objectContaining({ stack: expect.any(String) }) },
    ]);
  });

  test("runs jobs one after the other, and a cancelled one that waits not at all", async () => {
    const order: string[] = [];
    const job = async (name: string): Promise<void> => {
      order.push(`${name} begins`);
      await sleep(20);
      order.push(`${name} ends`);
    };
    const side = serve({ job }, "jobs");
    side.send(call(1, "job", "first"));
    side.send(call(2, "job", "second"));
    side.send(call(3, "job", "third"));
    side.send({ kind: "cancel", id: 2 });
    await side.until(3);
    expect(order).toEqual(["first begins", "first ends", "third begins", "third ends"]);
    expect(side.heard[1]).toMatchObject({ id: 2, error: { code: "cancelled" } });
  });

  test("reports a job's first progress at once and later ones at a readable pace", async () => {
    const steps = 60;
    const side = serve(
      {
        walk: async (_input, { progress }) => {
          for (let i = 0; i < steps; i++) {
            progress({ fraction: i / steps, stage: String(i) });
            await sleep(10);
          }
        },
      },
      "queries",
    );
    side.send(call(1, "walk"));
    await side.until(1);
    expect(side.heard[0]).toMatchObject({ kind: "progress", stage: "0" });
    while (side.heard.at(-1)!.kind === "progress") await side.until(side.heard.length + 1);
    const reports = side.heard.length - 1;
    // 600 ms at one every 150; a loaded machine stretches the walk, never the pace.
    expect(reports).toBeGreaterThanOrEqual(3);
    expect(reports).toBeLessThan(steps / 3);
  });
});
