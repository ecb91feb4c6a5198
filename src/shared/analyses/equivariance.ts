/** Equivariance error: does the network of the transformed state equal the transformed prediction? */
import { equivarianceFigures } from "../charts/equivariance";
import { sampleParameters } from "./common";
import { defineAnalysis } from "./definition";
import type { ParameterValues } from "../parameters";

export const equivariance = defineAnalysis({
  id: "equivariance",
  title: "Equivariance",
  reading:
    "Each point is ‖f(g·x) − g·f(x)‖ over ‖g·f(x)‖ for one state x: 0 where the network commutes with g. Compare elements with each other and with the loss: an error far below the loss means that the symmetry is not what limits the emulator.",
  formula: {
    tex: [
      String.raw`e_g(x) = \frac{\left\| f(g\cdot x) - g\cdot f(x) \right\|}{\left\| g\cdot f(x) \right\|}`,
    ],
    where:
      "f is the network, g acts on its input and on its output as the fields say; along a rollout f is applied k times, and relative to the change the denominator is ‖f(x) − x‖.",
  },
  reference: "Gruver et al. 2023, arXiv:2210.02984, section 2, for finite group elements.",
  targets: "optional",
  parameters: {
    ...sampleParameters,
    "relative-to": {
      kind: "choice",
      label: "Relative to",
      help: "What the error is divided by: the prediction, or the change that one step makes (the physics of the step).",
      default: "output",
      options: [
        { value: "output", label: "‖g·f(x)‖" },
        { value: "change", label: "‖f(x) − x‖" },
      ],
    },
    steps: {
      kind: "integer",
      label: "Rollout steps",
      help: "With more than one, the error along a rollout ‖fᵏ(g·x) − g·fᵏ(x)‖.",
      default: 1,
      min: 1,
      max: 1000,
    },
  },
  figures: equivarianceFigures,
});

/** What its form gives its computation. */
export type EquivarianceParameters = ParameterValues<typeof equivariance.parameters>;
