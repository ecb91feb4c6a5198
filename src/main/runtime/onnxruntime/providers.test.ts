import { describe, expect, test } from "vitest";
import { failed, refused } from "./failure";
import { providerOf, providers } from "./providers";

describe("a device's name", () => {
  test("is a provider and, where there may be several, a number", () => {
    expect(providerOf("cpu")).toMatchObject({ id: "cpu", index: 0 });
    expect(providerOf("cuda")).toMatchObject({ id: "cuda", index: 0 });
    expect(providerOf("cuda:3")).toMatchObject({ id: "cuda", index: 3 });
  });

  test.each(["", "gpu", "webgpu:1", "cuda:", "cuda:-1", "CPU", "auto"])(
    "is refused as %j, with the names that there are",
    (name) => {
      expect(() => providerOf(name)).toThrow(
        expect.objectContaining({
          code: "device/unknown",
          todo: expect.stringContaining("cuda:0") as string,
        }),
      );
    },
  );
});

test("CUDA is told its number and never to round to TF32, both where the binding hands it on", () => {
  expect(providers.cuda.session(1, [])).toEqual({
    executionProviders: [{ name: "cuda", deviceId: 1 }],
    extra: {
      "ep.cudaexecutionprovider.device_id": "1",
      "ep.cudaexecutionprovider.use_tf32": "0",
    },
  });
});

describe("a failure", () => {
  const { cuda, webgpu, cpu } = providers;

  /** What onnxruntime, Dawn and CUDA say, shortened. */
  const noAdapter =
    "/src/webgpu_context.cc:136 WebGpuContext::Initialize(const Config&)::<lambda()> adapter_result.status == Success was false. Failed to get a WebGPU adapter: No supported adapters\n";
  const outOfMemory =
    "/src/bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 8";
  const lost = "WebGPU device lost (2): the GPU process was ended";
  const cudaFault = "CUDA failure 719: unspecified launch failure ; GPU=0";
  const kernel =
    "Could not find an implementation for Erf(13) node with name 'erf_1' in any provider";

  test("to start is said without the source line, with what would mend it", () => {
    expect(refused(new Error(noAdapter), webgpu, true)).toMatchObject({
      code: "device/absent",
      message: `${webgpu.label} did not start: Failed to get a WebGPU adapter: No supported adapters.`,
      todo: expect.stringContaining("driver") as string,
    });
  });

  test.each([
    [outOfMemory, "device/memory"],
    [lost, "device/lost"],
    [cudaFault, "device/lost"],
  ])("of the device is told from ours: %s", (message, code) => {
    expect(failed(new Error(message), cuda, true)).toMatchObject({ code });
  });

  test("of the graph stays what it is, on any device", () => {
    const error = new Error("Non-zero status code while running Add node: shapes do not match");
    expect(failed(error, cuda, true)).toBe(error);
    expect(failed(new Error(outOfMemory), cpu, false)).toMatchObject({ message: outOfMemory });
    expect(refused(new Error(kernel), webgpu, true)).toMatchObject({
      code: "runtime/no-kernel",
      where: "erf_1",
    });
  });

  test("for want of a library names it", () => {
    const said = "libcublasLt.so.12: cannot open shared object file: No such file or directory";
    expect(cuda.remedy(said)).toMatch(/^libcublasLt\.so\.12 was not found\. .*CUDA 12 and cuDNN 9/);
    expect(cuda.remedy("no CUDA-capable device is detected")).toContain("nvidia-smi");
  });
});
