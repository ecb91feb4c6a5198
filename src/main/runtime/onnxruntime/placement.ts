/**
 * Where the operators of a session ran. A provider takes the nodes that it has kernels for and leaves the others to
 * the CPU without a word; only onnxruntime's profile tells which, so the first run of a program on a device is profiled.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import type { Placement } from "../executor";

interface Event {
  readonly cat?: string;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

/** Profiles one session until `finish`. */
export class Profile {
  readonly #folder = mkdtempSync(join(tmpdir(), "noetherscope-profile-"));
  readonly options: InferenceSession.SessionOptions = {
    enableProfiling: true,
    profileFilePrefix: join(this.#folder, "run"),
  };

  /** Ends the profiling of a session that has run, and reads it; further runs cost nothing more. */
  finish(session: InferenceSession): Placement {
    session.endProfiling();
    const [name] = readdirSync(this.#folder);
    const events =
      name === undefined
        ? []
        : (JSON.parse(readFileSync(join(this.#folder, name), "utf8")) as Event[]);
    this.discard();
    return placementOf(events);
  }

  discard(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function placementOf(events: readonly Event[]): Placement {
  const onCpu: Record<string, number> = {};
  let operators = 0;
  for (const { cat, args } of events) {
    // Copies to and fro are the consequence, not an operator of the graph.
    if (cat !== "Node" || args?.provider === undefined || args.op_name === undefined) continue;
    if (args.op_name.startsWith("Memcpy")) continue;
    operators++;
    if (args.provider === "CPUExecutionProvider") {
      onCpu[args.op_name] = (onCpu[args.op_name] ?? 0) + 1;
    }
  }
  return { operators, onCpu };
}

/** Of several programs together. */
export function together(placements: readonly Placement[]): Placement {
  const onCpu: Record<string, number> = {};
  for (const placement of placements) {
    for (const [op, count] of Object.entries(placement.onCpu)) onCpu[op] = (onCpu[op] ?? 0) + count;
  }
  return { operators: placements.reduce((sum, { operators }) => sum + operators, 0), onCpu };
}
