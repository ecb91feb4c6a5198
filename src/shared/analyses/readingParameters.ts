/** What analyses ask that take the coherence of several networks: a coherence's own options, less what one run alone has. */
import { coherence } from "./coherence";
import type { ParameterSchema } from "../parameters";

// A sweep belongs to one network's own run.
const { sweep: _sweep, ...own } = coherence.parameters;

export const readingParameters = {
  ...own,
  trajectories: {
    ...own.trajectories,
    help: "Only these, counted from 0: numbers, and ranges a:b without b, with commas between; : for all. Empty: those that the training held out, where the networks were trained here on these data, else all.",
  },
  screening: {
    kind: "boolean",
    label: "Screening",
    help: "A cheap look first: the identity metric, on at most eight of the samples.",
    default: false,
  },
} as const satisfies ParameterSchema;
