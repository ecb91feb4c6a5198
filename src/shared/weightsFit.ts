/** A set of weights in a file, and whether it fits a network. */
import { z } from "zod";

export const weightsFit = z.object({
  /** By which it is chosen: the file, or `file.pt::key`. */
  path: z.string(),
  key: z.string(),
  tensors: z.number(),
  /** Names of the first few. */
  examples: z.array(z.string()),
  /** How many tensors of the network it fills; null where it does not fit. */
  matched: z.number().nullable(),
  /** Why it does not fit. */
  problem: z.string().nullable(),
});
export type WeightsFit = z.infer<typeof weightsFit>;
