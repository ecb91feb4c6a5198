/** Importing with the inputs' values at hand, as in conformance tests, where shapes and axes are often inputs. */
import type { Tensor } from "../../../../shared/tensor";
import { inputName } from "../../ir";
import type { OnnxModel } from "../model";
import { importGraph, type Imported } from ".";
import { NeedsValue } from "./known";

/**
 * Inputs take the given shapes; only those whose values fix a shape, an axis or the like become constants.
 * @param given one tensor an input of the file, by name
 */
export function importGiven(model: OnnxModel, given: ReadonlyMap<string, Tensor>): Imported {
  const shapes = new Map([...given].map(([name, { shape }]) => [name, shape]));
  const constants = new Map<string, Tensor>();
  for (;;) {
    try {
      return importGraph(model, { shapes, constants, training: true });
    } catch (error) {
      if (!(error instanceof NeedsValue)) throw error;
      for (const name of error.inputs.map(inputName)) constants.set(name, given.get(name)!);
    }
  }
}
