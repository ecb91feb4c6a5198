/** Influence put to the test: take the step on x, and measure what it does to the loss at g·x. */
import { validationFigures } from "../charts/validation";
import type { ParameterValues } from "../parameters";
import { coherence } from "./coherence";
import { lossInParameter, lossParameter, sampleParameters } from "./common";
import { defineAnalysis } from "./definition";

/** Positive numbers with commas between them. */
export function parseSteps(text: string): number[] | null {
  const steps = text.split(",").map((part) => Number(part.trim() === "" ? NaN : part));
  return steps.length > 0 && steps.every((step) => step > 0 && step <= MOST) ? steps : null;
}

/** A step that should lower a loss tenfold below zero tests nothing. */
const MOST = 10;

export const influenceValidation = defineAnalysis({
  id: "influence-validation",
  title: "Validation",
  reading:
    "Each point is one training step on a state x: across, the change that influence predicts for the loss at g·x, up, the change that is measured. Points on the diagonal say that influence foretells what training does; where larger steps leave it, the loss is no longer linear, and where even small ones do, influence says nothing about training.",
  formula: {
    tex: [
      String.raw`\Delta C_{gx} = C_{gx}\!\left(\theta - \varepsilon P\,\nabla C_x\right) - C_{gx}(\theta)`,
      String.raw`\Delta C_{gx} \approx -\varepsilon\, \nabla C_{gx}^{\top} P\, \nabla C_x`,
      String.raw`\varepsilon = \frac{s\, C_x}{\nabla C_x^{\top} P\, \nabla C_x}`,
    ],
    where:
      "C is the loss of one sample, ∇ its gradient in the parameters θ, P the identity, AdamW’s scaling or the span-restricted inverse metric, and s the share of its own loss that the step on x should take away.",
  },
  reference: "Amarel et al. 2026, arXiv:2601.20172, equation 1, as a prediction that can fail.",
  parameters: {
    ...sampleParameters,
    samples: { ...sampleParameters.samples, default: "8" },
    loss: lossParameter,
    "loss-in": lossInParameter,
    preconditioner: {
      kind: "choice",
      label: "Step along",
      help: "How the gradient becomes a step: through the inverse metric that influence uses, as it is, or scaled by AdamW’s second moments, here the mean squares of these samples’ gradients.",
      default: "all",
      options: [
        { value: "all", label: "All three" },
        { value: "metric", label: "Inverse metric" },
        { value: "gradient", label: "Plain gradient" },
        { value: "adamw", label: "AdamW’s scaling" },
      ],
    },
    steps: {
      kind: "text",
      label: "Steps",
      help: "Shares of its own loss that a step on x should take away, with commas between them.",
      default: "0.001,0.01,0.1",
      example: "0.001,0.01,0.1",
      check: (text) =>
        parseSteps(text) === null ? `numbers above 0 and up to ${MOST}, with commas between` : null,
    },
    ridge: coherence.parameters.ridge,
    energy: coherence.parameters.energy,
  },
  figures: validationFigures,
});

/** What its form gives its computation. */
export type InfluenceValidationParameters = ParameterValues<typeof influenceValidation.parameters>;
