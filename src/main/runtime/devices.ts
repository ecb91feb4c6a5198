/**
 * The devices that this program knows: one record each, whether it is here or not. Whether it is, and whether it
 * computes rightly, only the probe can tell; it runs in a process of its own, since a driver's fault would end this one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import type { ExecutorId } from "./executor";
import { providers, type Lack, type ProviderId } from "./onnxruntime/providers";
import { tfjsDevices } from "./tfjs/devices";

export interface DeviceEntry {
  readonly executor: ExecutorId;
  /** What `--device` takes: "cpu", "webgpu", "cuda:0". */
  readonly device: string;
  /** As people know it: the processor's or the card's name. */
  readonly name: string;
  /** What is missing, as far as can be told without starting anything. */
  lack(): Lack | null;
  /** What would mend a failure to start, by its message and what native libraries printed. */
  remedy(message: string): string;
}

/** Every device by executor, those that are chosen most often first. */
export function knownDevices(): DeviceEntry[] {
  const processor = cpus()[0]?.model.trim() ?? "CPU";
  const threads = availableParallelism();
  const many = `${threads} thread${threads === 1 ? "" : "s"}`;
  const cards = nvidiaCards();
  return [
    ofOnnxRuntime("cpu", "cpu", `${processor}, ${many}, float32`),
    ofOnnxRuntime("webgpu", "webgpu", providers.webgpu.label),
    ...(cards.length === 0 ? [""] : cards).map((card, i) =>
      ofOnnxRuntime("cuda", `cuda:${i}`, card === "" ? "CUDA" : `${card}, CUDA`),
    ),
    ofOnnxRuntime("dml", "dml", providers.dml.label),
    ofOnnxRuntime("coreml", "coreml", providers.coreml.label),
    ...tfjsDevices(processor),
    {
      executor: "reference",
      device: "cpu",
      name: `${processor}, 1 thread, float64`,
      lack: () => null,
      remedy: () => "",
    },
  ];
}

function ofOnnxRuntime(id: ProviderId, device: string, name: string): DeviceEntry {
  const { lack, remedy } = providers[id];
  return { executor: "onnxruntime", device, name, lack, remedy };
}

/** Names of NVIDIA's cards in the order of their numbers, as the Linux driver tells without any library. */
function nvidiaCards(folder = "/proc/driver/nvidia/gpus"): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((card) => {
        const text = readFileSync(join(folder, card, "information"), "utf8");
        return /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? "NVIDIA card";
      });
  } catch {
    // No such driver, or not Linux: one device is listed all the same, with the reason why it is not here.
    return [];
  }
}
