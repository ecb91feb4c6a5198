/**
 * Tries one device: whether it is here, computes a known network as the float64 reference does, and how fast. Meant
 * for a process of its own, as a driver that has never been tried may do anything.
 */
import { UserError } from "../../../shared/errors";
import { knownDevices } from "../../runtime/devices";
import type { ExecutorId } from "../../runtime/executor";
import { probe, roundsToTf32 } from "../../runtime/probe";
import { speedOf, type Speed } from "../../runtime/speed";
import { openExecutor } from "../../runtime/target";
import type { TaskContext } from "../task";

export interface DeviceReport {
  /** Of the known network's results from the reference's, relative; null for the reference itself. */
  readonly deviation: number | null;
  /** Whether products are rounded to TF32, as measured; null where there is no such thing. */
  readonly tf32: boolean | null;
  /** Null where it was not asked for. */
  readonly speed: Speed | null;
  /** Operators of the known network that ran on the CPU for want of a kernel, by name. */
  readonly onCpu: Readonly<Record<string, number>>;
}

/** @throws UserError "device/absent", "device/…", "runtime/wrong" */
export async function probeDevice(
  { executor: id, device, measure }: { executor: ExecutorId; device: string; measure: boolean },
  { signal }: Pick<TaskContext, "signal">,
): Promise<DeviceReport> {
  const entry = knownDevices().find((known) => known.executor === id && known.device === device);
  const lack = entry?.lack() ?? null;
  if (lack !== null) throw new UserError("device/absent", lack.reason);
  const executor = openExecutor({ executor: id, device });
  try {
    // The reference is what the others are compared with.
    const isReference = id === "reference";
    const tf32 = device.startsWith("cuda") ? await roundsToTf32(executor) : null;
    if (tf32 === true) {
      throw new UserError("runtime/wrong", `${executor.description} rounds products to TF32.`, {
        todo: "Start with NVIDIA_TF32_OVERRIDE=0 in the environment.",
      });
    }
    const deviation = isReference ? null : await probe(executor);
    const { onCpu } = executor.placement?.() ?? { onCpu: {} };
    signal.throwIfAborted();
    // Loops in JavaScript, a thousand times slower than native kernels.
    const plain = device === "cpu" && id !== "onnxruntime";
    const speed = measure ? await speedOf(executor, plain) : null;
    return { deviation, tf32, speed, onCpu };
  } finally {
    await executor.dispose();
  }
}
