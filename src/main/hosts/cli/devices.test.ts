import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../../shared/contract";
import type { RunRecord } from "../../../shared/run";
import { LocalCompute } from "../../compute/local";
import type { Compute } from "../../compute/compute";
import type { DeviceReport } from "../../compute/tasks/probeDevice";
import { commands } from "./commands";
import { main } from "./main";

const program = join(import.meta.dirname, "../../../..");
const fixture = (name: string): string => join(program, "fixtures", name);

/** This process, where the CPU is right and WebGPU computes wrong numbers, whatever this machine has. */
class Machine extends LocalCompute {
  override apart(...[, input]: Parameters<Compute["apart"]>): Promise<never> {
    const { device } = input as { device: string };
    if (device === "webgpu") return Promise.reject(new Error("It deviates by 0.5."));
    const report: DeviceReport = {
      deviation: 1e-7,
      tf32: null,
      speed: { convolution: 123.4, matmul: 99, transfer: 2.5 },
      onCpu: {},
    };
    return Promise.resolve(report as never);
  }
}

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "cli-devices-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function noetherscope(
  ...argv: string[]
): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await main(argv, commands, {
    print: (line) => out.push(line),
    remark: (line) => err.push(line),
    terminal: false,
    progress: () => undefined,
    signal: new AbortController().signal,
    places: { settings: home, studies: home, resources: join(program, "resources") },
    program,
    compute: () => Promise.resolve(new Machine()),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const run = ["model", "run", fixture("vit/model.onnx"), "--inputs", fixture("vit/data.npz")];
const analysis = [
  ...["analyse", "equivariance", "--model", fixture("vit/model.onnx")],
  ...["--data", fixture("vit/data.npz"), "--fields", "vector:v,scalar:p", "--samples", "2"],
];

describe("devices", () => {
  test("are listed with state, speed and reason", async () => {
    const { code, out } = await noetherscope("devices");
    expect(code).toBe(0);
    expect(out).toMatch(/^cpu +onnxruntime: .*\n +ready; .*convolution 120 GFLOP\/s.* 2\.5 GB\/s/);
    expect(out).toMatch(/\nwebgpu +onnxruntime: WebGPU.*\n +failed: It deviates by 0\.5\./);
  });

  test("are the contract's records as JSON", async () => {
    const list = JSON.parse((await noetherscope("devices", "--json")).out) as Device[];
    expect(list.find(({ id }) => id === "onnxruntime:cpu")).toMatchObject({
      device: "cpu",
      ready: true,
      speed: { convolution: 123.4 },
    });
  });
});

describe("--device", () => {
  test("is refused with exit code 2 where there is no such device", async () => {
    for (const argv of [run, analysis]) {
      const { code, err } = await noetherscope(
        ...argv,
        "--out",
        join(home, "x"),
        "--device",
        "gpu",
      );
      expect(code).toBe(2);
      expect(err).toContain("webgpu, cuda:0, dml");
    }
    const argv = ["--out", join(home, "x"), "--device", "webgpu", "--executor", "reference"];
    expect((await noetherscope(...run, ...argv)).code).toBe(2);
  });

  test("fails where the device is not right, and falls back only when asked to", async () => {
    const out = join(home, "run");
    const argv = [...analysis, "--out", out, "--device", "webgpu"];
    expect(await noetherscope(...argv)).toMatchObject({
      code: 1,
      err: expect.stringContaining("cannot be used: It deviates by 0.5.") as string,
    });
    const fallen = await noetherscope(...argv, "--fallback");
    expect(fallen.code).toBe(0);
    expect(fallen.err).toContain("The CPU computed instead.");
    const record = JSON.parse(await readFile(join(out, "run.json"), "utf8")) as RunRecord;
    expect(record.device).toBe("cpu");
    expect(record.notices.join()).toContain("The CPU computed instead.");
  });

  test("auto is the fastest that is right", async () => {
    const out = join(home, "o.npz");
    const { code, out: said } = await noetherscope(...run, "--out", out, "--device", "auto");
    expect(code).toBe(0);
    expect(said).toContain("CPU");
  });
});
