/** Lie derivative: does the network commute with a continuous symmetry, to first order in how far one moves? */
import { lieDerivativeFigures } from "../charts/lieDerivative";
import type { ParameterValues } from "../parameters";
import { previewGenerators } from "../formulas/preview";
import { ownGenerators } from "../generators/own";
import { sampleParameters } from "./common";
import { defineAnalysis } from "./definition";
import { generatorParameters } from "./generatorParameters";
import { wrongIn } from "./wrongIn";

const { group: _group, elements: _elements, ...samples } = sampleParameters;

export const lieDerivative = defineAnalysis({
  id: "lie-derivative",
  title: "Lie derivative",
  reading:
    "Each point is ‖Lf(x)‖/‖f(x)‖, how fast the network's prediction departs from the moved prediction as the state x begins to move along a generator: 0 where the network has the symmetry. Compare it with the grid's own error beside it, which even a perfectly symmetric pointwise map would show: what is within twice of that is not resolved.",
  formula: {
    tex: [
      String.raw`\mathcal{L}_X f(u) = \left.\frac{\mathrm{d}}{\mathrm{d}s}\right|_{s=0} e^{-s X_{\mathrm{out}}} f\!\left(e^{s X} u\right)`,
      String.raw`\phantom{\mathcal{L}_X f(u)} = Df(u)[X u] - X_{\mathrm{out}} f(u)`,
      String.raw`e_X(u) = \frac{\left\| \mathcal{L}_X f(u) \right\|}{\left\| f(u) \right\|}`,
    ],
    where:
      "X moves the network's input and X with the index out its prediction, by the same motion unless said otherwise; Df is the network's own derivative, exact and not a difference.",
  },
  reference: "Gruver et al. 2023, arXiv:2210.02984, equations 3 and 4.",
  targets: "optional",
  parameters: {
    generators: {
      kind: "text",
      label: "Generators",
      help: "Directions of motion: auto (the isometries that fit), tx, ty, rot, scale, shear-x, shear-y, squeeze, gx and gy (boosts), time, density, amp.",
      default: "auto",
      example: "tx,ty,rot",
    },
    own: {
      kind: "text",
      label: "Your own",
      help: "Generators by formulas in x, y from the grid's centre: name: flow (…), mix […; …], shift (…), and out-flow, out-mix, out-shift or out none for the prediction; semicolons between several.",
      default: "",
      check: (text) => wrongIn(() => ownGenerators(text)),
      preview: previewGenerators,
      example: "swirl: flow (-y*exp(-x^2-y^2), x*exp(-x^2-y^2))",
    },
    layers: {
      kind: "integer",
      label: "Samples by layer",
      help: "On this many samples, how much each layer of the network contributes; 0 leaves that out.",
      default: 0,
      min: 0,
      max: 1000,
    },
    steps: {
      kind: "integer",
      label: "Rollout steps",
      help: "With more than one, the Lie derivative of fᵏ along a rollout.",
      default: 1,
      min: 1,
      max: 1000,
    },
    dt: {
      kind: "number",
      label: "Time step",
      help: "Time between a state and its prediction, for boosts; 0 takes it from the data.",
      default: 0,
      min: 0,
      advanced: true,
    },
    ...generatorParameters,
    disc: {
      kind: "number",
      label: "Disc",
      help: "Norms over a disc of this radius in units of half the shortest side, for rotations and scalings, which leave a box; 0 takes the whole grid.",
      default: 0,
      min: 0,
      max: 2,
      advanced: true,
    },
    ...samples,
  },
  figures: lieDerivativeFigures,
});

/** What its form gives its computation. */
export type LieDerivativeParameters = ParameterValues<typeof lieDerivative.parameters>;
