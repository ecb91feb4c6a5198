/** Vision transformer: attention between patches. */
import { activation, depth, prediction, width } from "./common";
import { defineArchitecture } from "./definition";

export const vit = defineArchitecture({
  id: "vit",
  title: "Vision transformer",
  summary:
    "The grid is cut into patches, each becomes a token with a learned position, and tokens attend to one another. It has no symmetry by construction, not even under shifts.",
  reference:
    "Dosovitskiy et al. 2021, arXiv:2010.11929; layers normalised first, Xiong et al. 2020, arXiv:2002.04745.",
  layouts: ["grid"],
  parameters: {
    patch: {
      kind: "integer",
      label: "Patch",
      help: "Points a side of a patch; every axis must divide by it. The cost of attention grows with the square of the number of patches.",
      default: 8,
      min: 1,
      max: 64,
    },
    width: width(64, "Width"),
    depth: depth(4, "Layers of attention and perceptron"),
    heads: {
      kind: "integer",
      label: "Heads",
      help: "Attentions side by side in a layer; they divide the width.",
      default: 4,
      min: 1,
      max: 64,
    },
    activation,
    prediction,
  },
  presets: {
    small: { values: { width: 16, depth: 2, heads: 2 }, parameters: 11_856 },
    medium: { values: { width: 44, depth: 4, heads: 4 }, parameters: 109_556 },
    large: { values: { width: 128, depth: 5, heads: 4 }, parameters: 1_032_832 },
    paper: { values: { width: 256, depth: 6, heads: 8 }, parameters: 4_821_376 },
  },
});
