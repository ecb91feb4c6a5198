/** A model evaluated on a file's arrays. */
import { readNpz, writeNpz } from "../../data/npz";
import { openModel } from "../../models";
import type { ExecutorId } from "../../runtime/executor";
import { createExecutor } from "../../runtime/executors";
import type { TaskContext } from "../compute";
import { batchOf, feedsOf, inputsFrom } from "./feeds";

export interface RunModelInput {
  readonly model: string;
  readonly weights: string | null;
  /** A .npz with one array an input. */
  readonly inputs: string;
  readonly out: string;
  readonly executor: ExecutorId;
}

/** Writes the outputs by name; returns their shapes. */
export async function runModel(
  { model: path, weights, inputs: file, out, executor: id }: RunModelInput,
  { signal }: Pick<TaskContext, "signal">,
): Promise<{ outputs: { name: string; shape: number[] }[]; executor: string }> {
  const model = await openModel(path, { weights });
  const inputs = inputsFrom(model, await readNpz(file), file);
  const graph = model.graph(batchOf(inputs, file));
  const feeds = feedsOf(graph, inputs, file);
  const executor = createExecutor(id);
  try {
    const program = await executor.compile(graph, { bind: model.parameters });
    signal.throwIfAborted();
    const outputs = await program.run(feeds);
    signal.throwIfAborted();
    await writeNpz(out, outputs);
    return {
      outputs: [...outputs].map(([name, { shape }]) => ({ name, shape: [...shape] })),
      executor: executor.description,
    };
  } finally {
    await executor.dispose();
  }
}
