/** Where something is to be computed, and the executor for that. */
import { UserError } from "../../shared/errors";
import type { Executor, ExecutorId, Placement } from "./executor";
import { createExecutor } from "./executors";
import { withFallback } from "./fallback";

export interface Target {
  readonly executor: ExecutorId;
  /** "cpu" by default. */
  readonly device?: string;
  /** Whether the CPU takes over where the device cannot go on; it does not unless asked to. */
  readonly fallback?: boolean;
}

/** @throws UserError "device/unknown", "device/executor" */
export function openExecutor({ executor: id, device = "cpu", fallback = false }: Target): Executor {
  if (id === "reference" && device !== "cpu") {
    throw new UserError(
      "device/executor",
      `The reference executor computes on the CPU, not on ${device}.`,
      {
        where: device,
        todo: "Leave out the device, or choose the executor auto.",
      },
    );
  }
  const executor = createExecutor(id, { device });
  if (!fallback || device === "cpu") return executor;
  return withFallback(executor, () => createExecutor(id, { device: "cpu" }));
}

/** What a reader of results should know of how an executor computed them, a sentence each. */
export function remarksOf(executor: Executor): string[] {
  const placement = executor.placement?.() ?? null;
  return [
    ...(executor.remarks?.() ?? []),
    ...(placement === null ? [] : sentenceOf(placement, executor.description)),
  ];
}

function sentenceOf({ operators, onCpu }: Placement, description: string): string[] {
  const counts = Object.entries(onCpu).sort(([, a], [, b]) => b - a);
  if (counts.length === 0) return [];
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const named = counts.map(([op, count]) => `${op} ${count}`).join(", ");
  return [
    `Of ${operators} operators ${all} ran on the CPU, for ${description} has no kernel for them: ${named}.`,
  ];
}
