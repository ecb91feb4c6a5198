/**
 * Work that was asked for and has left nothing: it waited for its turn when the program ended or was killed. A study keeps
 * what it was, and nothing of it begins again before it is told to.
 */
import { z } from "zod";
import { simulationRequest } from "./simulation";
import { trainingRequest } from "./training/training";

const asked = {
  id: z.string(),
  /** As the list of jobs called it: "Train unet on jets, 2 seeds". */
  title: z.string(),
  /** ISO 8601. */
  asked: z.string(),
};

/** As `study.json` keeps it; analyses are its `requests`. */
export const queuedWork = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("training"), ...asked, request: trainingRequest }),
  z.object({ kind: z.literal("simulation"), ...asked, request: simulationRequest }),
]);
export type QueuedWork = z.infer<typeof queuedWork>;

/** As windows and the command line list it. */
export const waitingWork = z.object({
  kind: z.enum(["training", "simulation", "analysis"]),
  ...asked,
  /** Analyses do not say when. */
  asked: asked.asked.nullable(),
});
export type WaitingWork = z.infer<typeof waitingWork>;
