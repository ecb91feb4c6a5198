/** Several networks beside each other on one data set. */
import { comparisonFigures } from "../charts/comparison";
import type { ParameterValues } from "../parameters";
import { defineAnalysis } from "./definition";
import { readingParameters } from "./readingParameters";

export const comparison = defineAnalysis({
  id: "comparison",
  title: "Comparison",
  reading:
    "Each column is a network on the same samples: its coherence over the elements of a subgroup and over the others, the excess over unrelated states, and its loss. Where networks with a lower loss have a higher coherence, learning equivalent states together goes with predicting well; that it is the reason, no comparison shows.",
  formula: {
    tex: [
      String.raw`c_f = \operatorname*{median}_{g \ne e,\ x} \cos_g(x;\, f)`,
      String.raw`\varrho = \operatorname{corr}\left(\log \ell_f,\ c_f\right)`,
    ],
    where:
      "f are the networks, cos is the coherence of g·x and x, ℓ is the mean loss at x; ϱ is taken over the networks, with a bootstrap interval.",
  },
  reference: "Amarel et al. 2026, arXiv:2601.20172, for the coherence of each network.",
  checkpoints: "networks",
  heldOut: true,
  parameters: {
    checkpoints: {
      kind: "text",
      label: "Networks",
      help: "Beside the model: other networks (.onnx), “A.onnx with B.safetensors” for one whose weights lie apart, or other weights for the model, by name or pattern with commas between them; empty for every network in the model’s folder that fits the data, and in the window for those of the study.",
      default: "",
      example: "models/*.onnx",
    },
    ...readingParameters,
  },
  figures: comparisonFigures,
});

/** What its form gives its computation. */
export type ComparisonParameters = ParameterValues<typeof comparison.parameters>;
