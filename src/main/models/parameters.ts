/**
 * What of an ONNX file is a parameter: floating-point tensors that the output depends on differentiably, less running
 * statistics and what fixes shapes. Of these, what the exporter says is trained, or where it says nothing, those of rank
 * one or more; with a checkpoint, only what that names. An Identity copy of a tensor is a parameter of its own, for the
 * exporter merges equal ones.
 */
import type { Value } from "../graph/ir";
import {
  importGraph,
  type Imported,
  type ImportOptions,
  type ParameterInput,
} from "../graph/onnx/import";
import { NeedsValue } from "../graph/onnx/import/known";
import type { OnnxModel } from "../graph/onnx/model";
import { inputName } from "../graph/ir";
import { trainable } from "./declared";
import { storedTensors, type Match } from "./match";
import { reachOf } from "./reach";

export interface Parameters {
  /** Value of the file → parameter. */
  readonly inputs: ReadonlyMap<string, ParameterInput>;
  /** Value of the file → tensor that training leaves alone: running statistics. */
  readonly buffers: ReadonlySet<string>;
  readonly stopped: readonly { parameter: string; node: string; reason: string }[];
}

/** @throws UserError of the import */
export function findParameters(
  model: OnnxModel,
  options: ImportOptions,
  match: Match | undefined,
): Parameters {
  const stored = storedTensors(model);
  const mayBeTrained = trainable(model, stored);
  const candidates = new Map<string, ParameterInput>();
  for (const name of stored.keys()) {
    const input = match === undefined ? { name, transposed: false } : match.inputs.get(name);
    if (input === undefined) continue;
    if (mayBeTrained(name, input.name)) candidates.set(name, input);
  }
  const imported = importWith(model, options, candidates);
  const buffers = new Set(
    imported.buffers.flatMap(({ source }) => (source.kind === "input" ? [source.name] : [])),
  );
  const reach = reachOf(imported.graph);
  const byName = new Map<string, Value>(
    imported.graph.inputs.map((value) => [inputName(value), value]),
  );
  const inputs = new Map<string, ParameterInput>();
  const stopped: Parameters["stopped"][number][] = [];
  for (const [name, input] of candidates) {
    const value = byName.get(input.name);
    if (value === undefined || buffers.has(input.name)) continue;
    if (reach.differentiable.has(value)) inputs.set(name, input);
    const stopper = reach.stopper(value);
    if (stopper !== undefined) {
      const { node, reason } = stopper;
      stopped.push({ parameter: input.name, node: node.origin ?? node.op, reason });
    }
  }
  return { inputs, buffers, stopped };
}

/** Imports with as many candidates as inputs as possible: one whose value fixes a shape is a constant after all. */
function importWith(
  model: OnnxModel,
  options: ImportOptions,
  candidates: Map<string, ParameterInput>,
): Imported {
  for (;;) {
    try {
      return importGraph(model, { ...options, parameters: candidates });
    } catch (error) {
      if (!(error instanceof NeedsValue)) throw error;
      const wanted = new Set(error.inputs.map(inputName));
      const fixed = [...candidates].filter(([, { name }]) => wanted.has(name));
      if (fixed.length === 0) throw error;
      for (const [name] of fixed) candidates.delete(name);
    }
  }
}
