/** What parameters state of a network beside its file; it belongs to the network on its data, and not to one run. */
import { z } from "zod";

export const statedNames = ["normalise", "pad"] as const;

export const statedBeside = z.partialRecord(z.enum(statedNames), z.string());
export type StatedBeside = z.infer<typeof statedBeside>;

/** Of a run's parameters those. */
export function statedIn(parameters: Readonly<Record<string, unknown>>): StatedBeside {
  return Object.fromEntries(
    statedNames.flatMap((name) => {
      const value = parameters[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}
