/**
 * Graphs on TensorFlow.js, in float32: on TensorFlow's CUDA kernels, or by the same lowering on tfjs's own in
 * JavaScript, slowly. A second opinion on what onnxruntime computes, by kernels that share no line with it.
 */
import { UserError } from "../../../shared/errors";
import { withoutConvWeight } from "../../graph/weightProducts";
import type { Executor, Program } from "../executor";
import { backendFor } from "./library";
import { planOf, type Step } from "./plan";
import { tfjsProgram } from "./program";

export interface TfjsOptions {
  /** "cpu" by default, or "cuda:0". */
  readonly device?: string;
}

/** @throws UserError "device/unknown", "device/absent" with the command that would mend it */
export function createTfjsExecutor({ device = "cpu" }: TfjsOptions = {}): Executor {
  const { description, isDevice, select } = backendFor(device);
  const programs = new Set<Program>();
  const placed = { operators: 0, onCpu: {} as Record<string, number> };
  const place = (steps: readonly Step[]): void => {
    placed.operators += steps.length;
    for (const { node } of steps.filter(({ lower }) => lower === null)) {
      placed.onCpu[node.op] = (placed.onCpu[node.op] ?? 0) + 1;
    }
  };
  return {
    id: "tfjs",
    description,
    async compile(given, options = {}) {
      const graph = withoutConvWeight(given);
      const steps = planOf(graph);
      const program = tfjsProgram(select, graph, steps, options, () => programs.delete(guarded));
      const guarded: Program = !isDevice
        ? program
        : { ...program, run: (feeds) => program.run(feeds).catch(failed) };
      programs.add(guarded);
      place(steps);
      return guarded;
    },
    placement: () => (isDevice ? placed : null),
    async dispose() {
      await Promise.all([...programs].map((program) => program.dispose()));
    },
  };
}

/** TensorFlow's failures that the card is to blame for; all others are passed on. */
export function failed(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const other = "Choose another device, or let the CPU take over (--fallback on the command line).";
  if (/\bOOM\b|out of memory|failed to allocate/i.test(message)) {
    throw new UserError("device/memory", "CUDA has not enough memory for this.", {
      todo: `Allow less memory or fewer samples at once (--memory on the command line). ${other}`,
      cause: error,
    });
  }
  if (/CUDA_ERROR|CUDNN_STATUS|CUBLAS_STATUS/.test(message)) {
    throw new UserError("device/lost", `CUDA was lost while computing: ${message}`, {
      todo: `What was finished before is kept. Start again. ${other}`,
      cause: error,
    });
  }
  throw error;
}
