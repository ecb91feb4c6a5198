/** The numbers of a network's preparation, as runs and trainings keep them. */
import { z } from "zod";
import { paddingModes } from "./padding";

const numbers = z.array(z.number());

/** One number a channel of the input; conditions behind the states have mean 0 and std 1. */
export const normalisationRecord = z.object({
  mean: numbers,
  std: numbers,
  /** ε of log(x + ε), null for x itself; absent: x everywhere. */
  log: z.array(z.number().nullable()).optional(),
  /** Of predictions, where they have scales of their own. */
  output: z.object({ mean: numbers, std: numbers }).optional(),
  source: z.string(),
});
export type NormalisationRecord = z.infer<typeof normalisationRecord>;

export const preparationRecord = z.object({
  normalisation: normalisationRecord.nullable(),
  predicts: z.enum(["state", "change"]),
  padding: z
    .object({
      mode: z.enum(paddingModes),
      /** One an axis of a state. */
      cells: z.array(z.object({ before: z.number(), behind: z.number() })),
    })
    .nullable(),
});
export type PreparationRecord = z.infer<typeof preparationRecord>;
