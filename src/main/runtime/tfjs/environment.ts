/**
 * What must hold before TensorFlow is loaded. It reads the real environment of the process, which only the main
 * thread can change: a worker's `process.env` is a copy.
 */
import { isMainThread } from "node:worker_threads";
import util from "node:util";

const SETTINGS = {
  // Ampere and newer GPUs else round factors to TF32's 11 bits, a thousandth instead of 6e-8.
  NVIDIA_TF32_OVERRIDE: "0",
  // Sums in one order, whatever it costs: the same run gives the same bytes.
  TF_DETERMINISTIC_OPS: "1",
  TF_CUDNN_DETERMINISTIC: "1",
  // Else TensorFlow takes all of the GPU's memory when it starts.
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
  // Its chatter on stderr; errors remain.
  TF_CPP_MIN_LOG_LEVEL: "2",
} as const;

/** Call on the main thread, before any worker starts. What the user has set stands. */
export function prepareTensorFlow(): void {
  if (!isMainThread) return;
  for (const [name, value] of Object.entries(SETTINGS)) process.env[name] ??= value;
}

/** Whether NVIDIA's libraries may round factors to TF32. */
export function tf32(): "off" | "on" {
  return process.env["NVIDIA_TF32_OVERRIDE"] === "0" ? "off" : "on";
}

/**
 * tfjs-node 4.22 calls two functions of `node:util` that Node 23 and 24 no longer have. They stay, since it asks for
 * them whenever it runs; nothing else is changed.
 */
export function restoreUtil(): void {
  const old = util as { isNullOrUndefined?: unknown; isArray?: unknown };
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  old.isArray ??= Array.isArray;
}
