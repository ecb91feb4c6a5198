/** Fourier neural operator: products with the lowest modes. */
import { activation, depth, prediction, width } from "./common";
import { defineArchitecture } from "./definition";

export const fno = defineArchitecture({
  id: "fno",
  title: "Fourier neural operator",
  summary:
    "Each layer multiplies the lowest Fourier modes of its channels by trained matrices and adds a pointwise layer. On periodic axes it commutes with every shift by whole cells; it has no symmetry under turns or reflections.",
  reference: "Li et al. 2021, arXiv:2010.08895.",
  layouts: ["grid"],
  parameters: {
    width: width(20),
    depth: depth(4, "Fourier layers"),
    modes: {
      kind: "integer",
      label: "Modes",
      help: "Wave numbers that are kept along each axis: those below it, of either sign, and all of a grid that has no more (N points have N/2).",
      default: 12,
      min: 1,
      max: 128,
    },
    margin: {
      kind: "integer",
      label: "Margin",
      help: "Zeros put beyond an axis that is not periodic, in points, since the transform takes it to go round.",
      default: 8,
      min: 0,
      max: 128,
      advanced: true,
    },
    activation,
    prediction,
  },
  presets: {
    small: { values: { width: 6, modes: 4 }, parameters: 9_620 },
    medium: { values: { width: 10, modes: 8 }, parameters: 103_392 },
    large: { values: { width: 20, modes: 12 }, parameters: 925_182 },
    paper: { values: { width: 32, modes: 12 }, parameters: 2_368_098 },
  },
});
