/** Residual convolutional network at one resolution. */
import { activation, depth, edges, kernel, norm, prediction, width } from "./common";
import { defineArchitecture } from "./definition";

export const cnn = defineArchitecture({
  id: "cnn",
  title: "Residual CNN",
  summary:
    "Blocks of two convolutions, each added to what it was given, all at the resolution of the data. On periodic axes it commutes with every shift by whole cells; it has no symmetry under turns or reflections.",
  reference: "He et al. 2016, arXiv:1512.03385.",
  layouts: ["grid"],
  parameters: {
    width: width(24),
    depth: depth(4, "Blocks of two convolutions"),
    kernel,
    norm,
    activation,
    edges,
    prediction,
  },
  presets: {
    small: { values: { width: 12, depth: 4 }, parameters: 11_126 },
    medium: { values: { width: 36, depth: 4 }, parameters: 95_582 },
    large: { values: { width: 96, depth: 6 }, parameters: 1_002_530 },
  },
});
