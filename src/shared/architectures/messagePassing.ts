/** Particles that send each other messages. */
import { activation, depth, prediction, width } from "./common";
import { defineArchitecture } from "./definition";

export const messagePassing = defineArchitecture({
  id: "message-passing",
  title: "Message-passing network",
  summary:
    "Every particle sends every other a message that a perceptron makes of both, and changes by the mean of those that it gets. Exchanging particles exchanges predictions exactly; shifts, turns and reflections of space are symmetries by construction where they are chosen.",
  reference:
    "Gilmer et al. 2017, arXiv:1704.01212; Satorras, Hoogeboom and Welling 2021, arXiv:2102.09844.",
  layouts: ["particles"],
  parameters: {
    symmetry: {
      kind: "choice",
      label: "Symmetry of space",
      help: "What it commutes with beside exchanges of particles.",
      default: "translations",
      options: [
        { value: "none", label: "none", help: "Positions are numbers like others." },
        { value: "translations", label: "shifts", help: "Only differences of positions count." },
        {
          value: "euclidean",
          label: "shifts, turns and reflections",
          help: "Messages are made of lengths and scalar products, and vectors are sums of vectors.",
        },
      ],
    },
    positions: {
      kind: "text",
      label: "Positions",
      help: "The vector field that holds them; empty for one that is called so (q, x, r, position), or else the first.",
      default: "",
      example: "q",
      advanced: true,
    },
    width: width(32, "Width"),
    depth: depth(3, "Rounds of messages"),
    activation: { ...activation, default: "silu" },
    prediction,
  },
  presets: {
    small: { values: { width: 28, depth: 2 }, parameters: 9_944 },
    medium: { values: { width: 72, depth: 3 }, parameters: 95_116 },
    large: { values: { width: 200, depth: 4 }, parameters: 966_204 },
  },
});
