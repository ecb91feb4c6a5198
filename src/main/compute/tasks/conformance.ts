/** ONNX's conformance cases on the executors asked for. */
import type { ExecutorId } from "../../runtime/executor";
import { openExecutor } from "../../runtime/target";
import type { TaskContext } from "../task";
import { readCases } from "../conformance/cases";
import { judge, type Verdict } from "../conformance/judge";

export interface ConformanceRow {
  readonly name: string;
  readonly executor: ExecutorId;
  readonly verdict: Verdict;
}

/** @throws UserError "conformance/…", "file/…" */
export async function conformance(
  {
    path,
    executors,
    device,
  }: { path: string; executors: readonly ExecutorId[]; /** Of onnxruntime. */ device: string },
  { signal, progress }: TaskContext,
): Promise<ConformanceRow[]> {
  const cases = await readCases(path);
  const made = executors.map((id) =>
    openExecutor(id === "onnxruntime" ? { executor: id, device } : { executor: id }),
  );
  const rows: ConformanceRow[] = [];
  try {
    for (const [i, test] of cases.entries()) {
      progress({ fraction: i / cases.length, stage: test.name });
      for (const executor of made) {
        signal.throwIfAborted();
        rows.push({ name: test.name, executor: executor.id, verdict: await judge(test, executor) });
      }
    }
  } finally {
    await Promise.all(made.map((executor) => executor.dispose()));
  }
  return rows;
}
