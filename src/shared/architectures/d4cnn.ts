/** Convolutions that commute with a group of turns and reflections: the control whose answer is known. */
import { activation, depth, edges, kernel, norm, prediction, width } from "./common";
import { defineArchitecture } from "./definition";

export const d4cnn = defineArchitecture({
  id: "d4-cnn",
  title: "D4-equivariant CNN",
  summary:
    "A residual CNN whose channels come in one copy for each element of a group and whose kernels are tied accordingly, so that it commutes with that group to rounding, whatever its weights. It is the control of every study of a symmetry: its coherence is 1 by construction.",
  reference: "Cohen and Welling 2016, arXiv:1602.07576, regular representations.",
  layouts: ["grid"],
  parameters: {
    symmetry: {
      kind: "choice",
      label: "Group",
      help: "With what it commutes by construction.",
      default: "d4",
      options: [
        { value: "d4", label: "D4, all symmetries of the square" },
        { value: "c4", label: "C4, quarter turns" },
        { value: "v4", label: "V4, diagonal reflections" },
        { value: "v4-axes", label: "V4, axis reflections" },
        { value: "c2", label: "C2, half turn" },
      ],
    },
    width: {
      ...width(12),
      help: "Channels, each with a copy for every element of the group: D4 computes eight times as many.",
    },
    depth: depth(4, "Blocks of two convolutions"),
    kernel,
    norm,
    activation,
    edges,
    prediction,
  },
  presets: {
    small: { values: { width: 4, depth: 4 }, parameters: 9_468 },
    medium: { values: { width: 12, depth: 4 }, parameters: 83_700 },
    large: { values: { width: 34, depth: 6 }, parameters: 1_001_334 },
  },
});
