/** Coherence over training: when did the network begin to learn equivalent states together, or apart? */
import { evolutionFigures } from "../charts/evolution";
import type { ParameterValues } from "../parameters";
import { defineAnalysis } from "./definition";
import { readingParameters } from "./readingParameters";

export const evolution = defineAnalysis({
  id: "evolution",
  title: "Evolution",
  reading:
    "Each point is the median coherence of one checkpoint: of the elements of a subgroup, and of the others. Where both begin alike and part within the first epochs, training couples the states of the subgroup and learns the others apart; compare the excess, for raw cosines are high before any training.",
  formula: {
    tex: [
      String.raw`m_S(t) = \operatorname*{median}_{g \in S \setminus e,\ x} \cos_g(x;\, \theta_t)`,
      String.raw`\cos_g(x) = \frac{I(gx, x)}{\sqrt{I(gx, gx)\,I(x, x)}}`,
    ],
    where:
      "θ at t are the parameters of a checkpoint, S is a subgroup or its complement, cos is the coherence of g·x and x. The interval is of the median: seeds, trajectories within them and transitions within these are drawn again.",
  },
  reference: "Amarel et al. 2026, arXiv:2601.20172, figure 7.",
  checkpoints: "weights",
  heldOut: true,
  example: "--checkpoints resources/examples/jets/*.onnx",
  parameters: {
    checkpoints: {
      kind: "text",
      label: "Checkpoints",
      help: "Their folder, or files by name or pattern with commas between them; empty for those beside the model. Sub-folders with the same names are seeds.",
      default: "",
      example: "checkpoints/seed-*/epoch-*.safetensors",
    },
    "at-most": {
      kind: "integer",
      label: "At most",
      help: "So many checkpoints of a training, first the ends and then where the curves change most; 0 for all.",
      default: 0,
      min: 0,
      max: 500,
    },
    ...readingParameters,
  },
  figures: evolutionFigures,
});

/** What its form gives its computation. */
export type EvolutionParameters = ParameterValues<typeof evolution.parameters>;
