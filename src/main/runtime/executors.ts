/** The executors there are, by name. */
import type { Executor, ExecutorId } from "./executor";
import { createOnnxRuntimeExecutor, type OnnxRuntimeOptions } from "./onnxruntime/executor";
import { createReferenceExecutor } from "./reference";
import { createTfjsExecutor } from "./tfjs/executor";

/**
 * @param id "auto" is the fastest here: onnxruntime
 * @throws Error where the library behind it cannot be loaded
 */
export function createExecutor(
  id: ExecutorId | "auto",
  options: OnnxRuntimeOptions = {},
): Executor {
  switch (id) {
    case "reference":
      return createReferenceExecutor();
    case "tfjs":
      return createTfjsExecutor(options);
    case "auto":
    case "onnxruntime":
      return createOnnxRuntimeExecutor(options);
  }
}
