/** Orbit gradient coherence: how strongly the loss gradients of symmetry-related states pull on each other. */
import { coherenceFigures } from "../charts/coherence";
import { lossInParameter, lossParameter, sampleParameters } from "./common";
import { defineAnalysis } from "./definition";
import type { ParameterValues } from "../parameters";

export const coherence = defineAnalysis({
  id: "coherence",
  title: "Coherence",
  reading:
    "Each point is the influence that a training step on a state x has on the loss at its image g·x, as a cosine in the span-restricted Gauss–Newton metric: 1 where one state teaches the other everything, 0 where they learn apart. Read it against the excess over unrelated states, since gradients of different states are alike even before training.",
  formula: {
    tex: [
      String.raw`\cos_g(x) = \frac{I(gx, x)}{\sqrt{I(gx, gx)\,I(x, x)}}`,
      String.raw`I(a, b) = \nabla C_a^{\top} \left(\tfrac{1}{nD} J^{\top} J + \lambda\right)^{-1} \nabla C_b`,
    ],
    where:
      "C is the loss of one sample, ∇ and J are derivatives in the parameters of the loss and of the D outputs of all n samples, λ is the ridge; the inverse is taken within the span of the gradients.",
  },
  reference:
    "Amarel et al. 2026, “Orbit gradient coherence”, PMLR 334, arXiv:2601.20172, equation 1.",
  parameters: {
    ...sampleParameters,
    loss: lossParameter,
    "loss-in": lossInParameter,
    metric: {
      kind: "choice",
      label: "Metric",
      help: "Inner product of gradients: span-restricted inverse Gauss–Newton, or plain Euclidean (always shown beside it).",
      default: "gauss-newton",
      options: [
        { value: "gauss-newton", label: "Gauss–Newton, span-restricted" },
        { value: "identity", label: "Identity (Euclidean)" },
      ],
    },
    ridge: {
      kind: "number",
      label: "Ridge",
      help: "Added to the Gauss–Newton metric before inversion.",
      default: 1e-6,
      min: 0,
      scale: "log",
      advanced: true,
    },
    energy: {
      kind: "number",
      label: "Energy cut",
      help: "Fraction of the gradients' squared norm that the span may leave out.",
      default: 1e-4,
      min: 0,
      max: 0.5,
      scale: "log",
      advanced: true,
    },
    batch: {
      kind: "integer",
      label: "Batch",
      help: "Samples that span one metric; at most what there is. 0 takes all chosen samples as one batch.",
      default: 0,
      min: 0,
      advanced: true,
    },
    batches: {
      kind: "integer",
      label: "Batches",
      help: "How many batches; more than one adds a leading batch axis to the arrays.",
      default: 1,
      min: 1,
      advanced: true,
    },
    "unit-columns": {
      kind: "boolean",
      label: "Unit columns",
      help: "Scale every gradient to unit norm before the energy cut, so that large ones cannot push small ones out of the span.",
      default: false,
      advanced: true,
    },
    span: {
      kind: "choice",
      label: "Span",
      help: "A span for each element (as published), or one common span of the whole orbit.",
      default: "element",
      options: [
        { value: "element", label: "One an element" },
        { value: "common", label: "Common" },
      ],
      advanced: true,
    },
    sweep: {
      kind: "choice",
      label: "Sweep",
      help: "Repeat over ridges 1e-8…1e-2, or over growing numbers of samples, to see what the result hangs on.",
      default: "none",
      options: [
        { value: "none", label: "None" },
        { value: "ridge", label: "Ridge" },
        { value: "samples", label: "Samples" },
      ],
      advanced: true,
    },
  },
  figures: coherenceFigures,
});

/** What its form gives its computation. */
export type CoherenceParameters = ParameterValues<typeof coherence.parameters>;
