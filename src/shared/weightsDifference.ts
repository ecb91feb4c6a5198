/** How the parameters of two networks, or two checkpoints of one, differ. */
import { z } from "zod";

const shaped = z.object({ name: z.string(), shape: z.array(z.number()) });

const change = z.object({
  /** ‖b − a‖, Euclidean over all numbers. */
  difference: z.number(),
  /** ‖b − a‖/‖a‖; null where a is zero. */
  relative: z.number().nullable(),
});

export const weightsDifference = z.object({
  a: z.string(),
  b: z.string(),
  /** In b only, in a only. */
  added: z.array(shaped),
  gone: z.array(shaped),
  reshaped: z.array(
    z.object({ name: z.string(), from: z.array(z.number()), to: z.array(z.number()) }),
  ),
  /** In the order of a; `largest` is the largest |bᵢ − aᵢ|. */
  changed: z.array(z.object({ ...shaped.shape, ...change.shape, largest: z.number() })),
  /** The same in both, bit for bit or as numbers. */
  same: z.array(z.string()),
  /** Of everything that changed or stayed, layer by layer: the names without their last part. */
  layers: z.array(z.object({ layer: z.string(), ...change.shape })),
  total: z.object(change.shape),
});
export type WeightsDifference = z.infer<typeof weightsDifference>;

/** One of the two: a network's file with the weights put into it, or a file of weights alone. */
export const weightsSide = z.object({ path: z.string(), weights: z.string().nullable() });
export type WeightsSide = z.infer<typeof weightsSide>;
