/** Multilayer perceptron: the state as one list of numbers. */
import { activation, depth, prediction, width } from "./common";
import { defineArchitecture } from "./definition";

export const mlp = defineArchitecture({
  id: "mlp",
  title: "Multilayer perceptron",
  summary:
    "Every number of the state is connected with every other, through layers of equal width. It has no symmetry by construction, so all that it has was learned.",
  reference: "Rosenblatt 1958; Rumelhart, Hinton and Williams 1986, doi:10.1038/323533a0.",
  layouts: ["grid", "particles", "numbers"],
  parameters: {
    width: width(64, "Width"),
    depth: depth(2, "Hidden layers"),
    activation,
    prediction,
  },
  presets: {
    small: { values: { width: 6, depth: 2 }, parameters: 106_544 },
    medium: { values: { width: 64, depth: 2 }, parameters: 1_060_992 },
    large: { values: { width: 512, depth: 4 }, parameters: 9_185_280 },
  },
});
