/**
 * onnxruntime's execution providers: what a session asks for to get each, what can be told to be missing before
 * trying, and what would mend it. A device is a provider with, where a machine may have several, a number: `cuda:1`.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import { UserError } from "../../../shared/errors";

type SessionOptions = InferenceSession.SessionOptions;
export type ProviderId = "cpu" | "webgpu" | "cuda" | "dml" | "coreml";

/** Why a device is not here, and what would make it so. */
export interface Lack {
  readonly reason: string;
  /** Null where nothing would. */
  readonly todo: string | null;
}

export interface Provider {
  /** As people read it: "WebGPU". */
  readonly label: string;
  /** Whether devices of this kind are numbered. */
  readonly many: boolean;
  /** Whether single nodes can be left to the CPU although there is a kernel for them. */
  readonly canLeave: boolean;
  /**
   * Options of a session that runs there; what the provider has no kernel for runs on the CPU.
   * @param left names of nodes that run on the CPU too, where that can be asked for
   */
  session(index: number, left: readonly string[]): SessionOptions;
  /** What is missing as far as files tell; null where only trying tells. */
  lack(): Lack | null;
  /** What to do after a failure to start, by its message and what was printed on the way. */
  remedy(message: string): string;
}

const elsewhere = (platform: string): Lack => ({
  reason: `It is a part of ${platform}.`,
  todo: null,
});

const reinstall = "Install the libraries anew with npm ci.";

export const providers: Readonly<Record<ProviderId, Provider>> = {
  cpu: {
    label: "CPU",
    many: false,
    canLeave: false,
    session: () => ({ executionProviders: ["cpu"] }),
    lack: () => null,
    remedy: () => reinstall,
  },
  webgpu: {
    label: `WebGPU (${{ darwin: "Metal", win32: "Direct3D 12" }[process.platform as string] ?? "Vulkan"})`,
    many: false,
    canLeave: true,
    session: (_, left) => ({
      // An empty list is refused.
      executionProviders: [
        left.length === 0 ? "webgpu" : { name: "webgpu", forceCpuNodeNames: left },
      ],
    }),
    lack: () => null,
    remedy: (message) => {
      if (process.platform !== "linux") return "Update the graphics card's driver.";
      return missingLibrary(message)?.startsWith("libvulkan") === true
        ? "Install Vulkan's loader and a driver: sudo apt-get install libvulkan1 mesa-vulkan-drivers, for NVIDIA's cards its own driver."
        : "Install the graphics card's Vulkan driver: sudo apt-get install mesa-vulkan-drivers for AMD and Intel, NVIDIA's own for its cards.";
    },
  },
  cuda: {
    label: "CUDA",
    many: true,
    canLeave: false,
    session: (index) => ({
      executionProviders: [{ name: "cuda", deviceId: index }],
      // The binding hands on no other option than the number; the provider also reads them as entries of the session.
      // `forbidTf32` says the same to NVIDIA's libraries, and the probe measures whether it was heard.
      extra: {
        "ep.cudaexecutionprovider.device_id": String(index),
        "ep.cudaexecutionprovider.use_tf32": "0",
      },
    }),
    lack: () => {
      if (process.platform !== "linux" || process.arch !== "x64") {
        return {
          reason: "onnxruntime for Node has CUDA on Linux x64 only.",
          todo: null,
        };
      }
      if (existsSync(join(libraryFolder(), "libonnxruntime_providers_cuda.so"))) return null;
      return { reason: "onnxruntime's CUDA provider is not installed.", todo: "npm run gpu:cuda" };
    },
    remedy: (message) => {
      const library = missingLibrary(message);
      return library === null
        ? "Look with nvidia-smi whether the driver sees the card; it has to be of CUDA 12 or newer."
        : `${library} was not found. The provider needs the libraries of CUDA 12 and cuDNN 9, also beside a newer CUDA: install them and name their folder in LD_LIBRARY_PATH.`;
    },
  },
  dml: {
    label: "DirectML",
    many: true,
    canLeave: false,
    session: (index) => ({
      executionProviders: [{ name: "dml", deviceId: index }],
      // What the provider's documentation demands.
      enableMemPattern: false,
    }),
    lack: () => (process.platform === "win32" ? null : elsewhere("Windows")),
    remedy: () => "Update the graphics card's driver; DirectX 12 is needed.",
  },
  coreml: {
    label: "Core ML",
    many: false,
    canLeave: false,
    session: () => ({ executionProviders: ["coreml"] }),
    lack: () => (process.platform === "darwin" ? null : elsewhere("macOS")),
    remedy: () => "Core ML is a part of macOS 12 and newer: update it.",
  },
};

/**
 * A device's provider and number: "cuda:1" is the second CUDA card, "cuda" the first.
 * @throws UserError "device/unknown"
 */
export function providerOf(device: string): { id: ProviderId; index: number; provider: Provider } {
  const [, name, number] = /^([a-z]+)(?::(\d+))?$/.exec(device) ?? [];
  const id = (Object.keys(providers) as ProviderId[]).find((known) => known === name);
  if (id === undefined || (number !== undefined && !providers[id].many)) {
    throw new UserError("device/unknown", `There is no device “${device}”.`, {
      where: device,
      todo: "There are cpu, webgpu, cuda:0, dml and coreml; noetherscope devices says which are here.",
    });
  }
  return { id, index: Number(number ?? 0), provider: providers[id] };
}

/**
 * Tells NVIDIA's libraries, which read the environment when they start, never to round factors to TF32's ten bits.
 * Effective on a process' first thread only: a worker's environment is a copy.
 */
export function forbidTf32(): void {
  process.env["NVIDIA_TF32_OVERRIDE"] = "0";
}

/** The one that the dynamic loader names: "libcublasLt.so.12: cannot open shared object file". */
function missingLibrary(message: string): string | null {
  return /([\w.+-]+\.so[\d.]*): cannot open shared object file/.exec(message)?.[1] ?? null;
}

/** Where onnxruntime's native libraries of this platform are. */
function libraryFolder(): string {
  const entry = createRequire(import.meta.url).resolve("onnxruntime-node");
  return join(dirname(entry), "..", "bin", "napi-v6", process.platform, process.arch);
}
