/** The executors there are, by name. */
import type { Executor, ExecutorId } from "./executor";
import { createOnnxRuntimeExecutor, type OnnxRuntimeOptions } from "./onnxruntime/executor";
import { createReferenceExecutor } from "./reference";

/**
 * @param id "auto" is the fastest here: onnxruntime
 * @throws Error where onnxruntime's native library cannot be loaded
 */
export function createExecutor(
  id: ExecutorId | "auto",
  options: OnnxRuntimeOptions = {},
): Executor {
  return id === "reference" ? createReferenceExecutor() : createOnnxRuntimeExecutor(options);
}
