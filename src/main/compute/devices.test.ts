import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../shared/contract";
import { ComputeProcess } from "./client";
import { Devices } from "./devices";
import { forkCompute } from "./fork";
import { LocalCompute } from "./local";

/**
 * A real process that answers for devices as they may be: the CPU is slow and right, WebGPU fast and right as often as
 * `behaviour` says, else it dies as a driver does, computes wrong numbers, or is not there.
 */
const child = (behaviour: string): string => `
process.on("message", ({ id, input }) => {
  const report = (convolution) => process.send({ kind: "result", id, output: {
    deviation: 1e-7, tf32: null, onCpu: {},
    speed: input.measure ? { convolution, matmul: 1, transfer: 1 } : null,
  } });
  const refuse = (code, message, todo) => process.send({ kind: "error", id, error: { code, message, todo } });
  if (input.device !== "webgpu") return report(100);
  ({
    fast: () => report(500),
    slow: () => report(5),
    crash: () => process.kill(process.pid, "SIGSEGV"),
    wrong: () => refuse("runtime/wrong", "It deviates by 0.5.", "Update the driver."),
    absent: () => {
      process.stderr.write("Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file\\n", () =>
        refuse("device/absent", "WebGPU did not start: no adapter."));
    },
  })[${JSON.stringify(behaviour)}]();
});
process.on("disconnect", () => process.exit());
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "devices-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** @returns the devices of such a machine, and how many processes were started so far */
async function machine(behaviour: string): Promise<{ devices: Devices; started: () => number }> {
  const entry = join(folder, `${behaviour}.mjs`);
  await writeFile(entry, child(behaviour));
  let started = 0;
  const compute = new ComputeProcess((hear) => {
    started++;
    return forkCompute(entry, hear);
  });
  return { devices: new Devices(compute), started: () => started };
}

async function webgpu(behaviour: string): Promise<Device> {
  const { devices } = await machine(behaviour);
  return (await devices.list(false)).find(({ device }) => device === "webgpu")!;
}

const wanted = { executor: "auto", device: "webgpu", fallback: false } as const;

describe("a device", () => {
  test("that crashes the process that tries it is failed, and the others are ready", async () => {
    const { devices } = await machine("crash");
    const list = await devices.list(false);
    const found = Object.fromEntries(list.map(({ id, state }) => [id, state]));
    expect(found).toMatchObject({
      "onnxruntime:cpu": "ready",
      "onnxruntime:webgpu": "failed",
      "reference:cpu": "ready",
    });
    expect(list[1]!.reason).toBe("Its library crashed when it was tried.");
  });

  test("that computes wrong numbers says so, and what to do", async () => {
    expect(await webgpu("wrong")).toMatchObject({
      ready: false,
      state: "wrong",
      reason: "It deviates by 0.5.",
      todo: "Update the driver.",
    });
  });

  test("that is not there is told what its library printed", async () => {
    const found = await webgpu("absent");
    expect(found).toMatchObject({ state: "absent", reason: "WebGPU did not start: no adapter." });
    if (process.platform === "linux") expect(found.todo).toContain("libvulkan1");
  });

  test("is tried once where it is ready, and again where it was not", async () => {
    const { devices, started } = await machine("crash");
    await devices.list(false);
    const before = started();
    await devices.list(false);
    expect(started()).toBe(before + 1);
    // Their speed is another question, asked of those that are ready.
    const list = await devices.list(true);
    expect(list.filter(({ ready }) => ready).every(({ speed }) => speed !== null)).toBe(true);
  });
});

describe("where a job computes", () => {
  test.each([
    ["fast", "webgpu"],
    ["slow", "cpu"],
    ["wrong", "cpu"],
    ["crash", "cpu"],
  ])("auto, beside a %s WebGPU, is %s", async (behaviour, device) => {
    const { devices } = await machine(behaviour);
    expect((await devices.settle({ ...wanted, device: "auto" })).target.device).toBe(device);
  });

  test("is a device that was asked for and is right", async () => {
    const { devices } = await machine("slow");
    expect(await devices.settle(wanted)).toEqual({
      target: { executor: "onnxruntime", device: "webgpu", fallback: false },
      notices: [],
    });
  });

  test("is nowhere else than asked for, unless a fall-back is asked for too", async () => {
    const { devices } = await machine("wrong");
    await expect(devices.settle(wanted)).rejects.toMatchObject({
      code: "device/not-ready",
      message: expect.stringMatching(/cannot be used: It deviates by 0\.5\.$/) as string,
      todo: "Update the driver.",
    });
    const settled = await devices.settle({ ...wanted, fallback: true });
    expect(settled.target.device).toBe("cpu");
    expect(settled.notices).toEqual([
      expect.stringMatching(/It deviates by 0\.5\. The CPU computed instead\.$/),
    ]);
  });

  test("needs no trial on the CPU", async () => {
    const { devices, started } = await machine("crash");
    await devices.settle({ ...wanted, device: "cpu" });
    await devices.settle({ executor: "reference", device: "cpu", fallback: false });
    expect(started()).toBe(0);
  });

  test("is refused for a device that there is not", async () => {
    const { devices } = await machine("slow");
    await expect(devices.settle({ ...wanted, device: "gpu" })).rejects.toMatchObject({
      code: "device/unknown",
    });
    await expect(devices.settle({ ...wanted, device: "cuda:99" })).rejects.toMatchObject({
      code: "device/not-ready",
    });
  });
});

test("the CPU computes a known network as the reference does, and both have a speed", async () => {
  const compute = new LocalCompute();
  const list = await new Devices(compute).list(true);
  const [fast, exact] = ["onnxruntime:cpu", "reference:cpu"].map((id) =>
    list.find((device) => device.id === id)!,
  );
  expect(fast).toMatchObject({ state: "ready", tf32: null, onCpu: {} });
  // Float32 rounding: none at all would say that nothing was compared.
  expect(fast!.deviation).toBeGreaterThan(0);
  expect(fast!.deviation).toBeLessThan(2e-6);
  expect(exact).toMatchObject({ state: "ready", deviation: null });
  for (const { speed } of [fast!, exact!]) {
    expect(Math.min(speed!.convolution, speed!.matmul, speed!.transfer)).toBeGreaterThan(0);
  }
});
