/**
 * Graphs on TensorFlow.js, in float32: on TensorFlow's CUDA kernels where tfjs-node-gpu has its native library, else
 * on tfjs's own backend in JavaScript, slow, with the same lowering. A second opinion on everything that onnxruntime
 * computes, by kernels that share no line with it.
 */
import type { Executor, Program } from "../executor";
import { loadTfjs } from "./library";
import { tfjsProgram } from "./program";

/** @throws Error where tfjs itself is not installed */
export function createTfjsExecutor(): Executor {
  const { tf, device } = loadTfjs();
  const programs = new Set<Program>();
  return {
    id: "tfjs",
    description: `tfjs ${tf.version_core}, ${device}, float32`,
    async compile(graph, options = {}) {
      const program: Program = tfjsProgram(tf, graph, options, () => programs.delete(program));
      programs.add(program);
      return program;
    },
    async dispose() {
      await Promise.all([...programs].map((program) => program.dispose()));
    },
  };
}
