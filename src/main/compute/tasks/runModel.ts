/** A model evaluated on a file's arrays. */
import { readNpz, writeNpz } from "../../data/npz";
import { openExecutor, remarksOf, type Target } from "../../runtime/target";
import type { TaskContext } from "../task";
import { batchOf, feedsOf, inputsFrom, sampleOf } from "./feeds";
import { modelFor } from "./modelFor";
import { untrainedNotices } from "./untrained";

export interface RunModelInput extends Target {
  readonly model: string;
  readonly weights: string | null;
  /** A .npz with one array an input. */
  readonly inputs: string;
  readonly out: string;
}

/** Writes the outputs by name; returns their shapes. */
export async function runModel(
  { model: path, weights, inputs: file, out, ...target }: RunModelInput,
  { signal }: Pick<TaskContext, "signal">,
): Promise<{ outputs: { name: string; shape: number[] }[]; executor: string; remarks: string[] }> {
  const arrays = await readNpz(file);
  const model = await modelFor(path, weights, (opened) => sampleOf(opened, arrays, file));
  const inputs = inputsFrom(model, arrays, file);
  const graph = model.graph(batchOf(inputs, file));
  const feeds = feedsOf(graph, inputs, file);
  const executor = openExecutor(target);
  try {
    const program = await executor.compile(graph, { bind: model.parameters });
    signal.throwIfAborted();
    const outputs = await program.run(feeds);
    signal.throwIfAborted();
    await writeNpz(out, outputs);
    return {
      outputs: [...outputs].map(([name, { shape }]) => ({ name, shape: [...shape] })),
      executor: executor.description,
      remarks: [...(await untrainedNotices([{ path, weights }])), ...remarksOf(executor)],
    };
  } finally {
    await executor.dispose();
  }
}
