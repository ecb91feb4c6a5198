/**
 * An executor that goes on where a device gives up, for those who asked for it: what the device cannot compute, or was
 * computing when it was lost, is computed on the CPU, and what it has given before stands. The result says so.
 */
import { UserError } from "../../shared/errors";
import type { Graph } from "../graph/ir";
import type { CompileOptions, Executor, Program } from "./executor";

/** @param second made once it is needed, and used for everything from then on */
export function withFallback(first: Executor, second: () => Executor): Executor {
  const remarks: string[] = [];
  let other: Executor | null = null;
  /** The second executor, after a failure that is the device's own; any other failure is passed on. */
  const instead = (error: unknown): Executor => {
    if (!(error instanceof UserError) || !error.code.startsWith("device/")) throw error;
    if (other === null) {
      other = second();
      remarks.push(`${error.message} From then on ${other.description} computed.`);
    }
    return other;
  };
  const compile = async (graph: Graph, options?: CompileOptions): Promise<Program> => {
    if (other !== null) return other.compile(graph, options);
    let program: Program;
    try {
      program = await first.compile(graph, options);
    } catch (error) {
      return instead(error).compile(graph, options);
    }
    let moved = false;
    return {
      inputs: program.inputs,
      outputs: program.outputs,
      async run(feeds, into) {
        try {
          return await program.run(feeds, into);
        } catch (error) {
          if (moved) throw error;
          const next = await instead(error).compile(graph, options);
          moved = true;
          // A lost device may not be able to free anything either.
          await program.dispose().catch(() => undefined);
          program = next;
          return program.run(feeds, into);
        }
      },
      dispose: () => program.dispose(),
    };
  };
  return {
    id: first.id,
    get description() {
      return other === null ? first.description : `${first.description}, then ${other.description}`;
    },
    compile,
    placement: () => first.placement?.() ?? null,
    remarks: () => remarks,
    async dispose() {
      await first.dispose().catch(() => undefined);
      await other?.dispose();
    },
  };
}
