/** Lie derivative: does a map commute with a continuous symmetry, to first order in how far one moves? Of a network, or of data. */
import { lieDerivativeFigures } from "../charts/lieDerivative";
import type { ParameterValues } from "../parameters";
import { previewGenerators } from "../formulas/preview";
import { ownGenerators } from "../generators/own";
import { sampleParameters } from "./common";
import { defineAnalysis } from "./definition";
import { generatorParameters } from "./generatorParameters";
import { parseMasses } from "../generators/choose";
import { parseSplit } from "../states/layout";
import { wrongIn } from "./wrongIn";

const { group: _group, elements: _elements, ...samples } = sampleParameters;

export const lieDerivative = defineAnalysis({
  id: "lie-derivative",
  title: "Lie derivative",
  reading:
    "Each point is ‖Lf(x)‖/‖f(x)‖, how fast the network's prediction departs from the moved prediction as the state x begins to move along a generator: 0 where the network has the symmetry. Compare it with the grid's own error beside it, which even a perfectly symmetric pointwise map would show, with what rounding alone leaves, and with the data's own: what is within twice of the first two is not resolved.",
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
  model: "optional",
  parameters: {
    generators: {
      kind: "text",
      label: "Generators",
      help: "Directions of motion: auto (the isometries that fit). On fields tx, ty, rot, scale, shear-x, shear-y, squeeze, gx and gy (boosts), time, density, amp, in a volume also tz, gz and for rot all of rot-xy, rot-yz, rot-zx; on particles tx, rot (the same three), gx, u-x and u-xy (turns of phase space), scale, amp, and all of se, galilei, so or u.",
      default: "auto",
      example: "tx,ty,rot",
    },
    own: {
      kind: "text",
      label: "Your own",
      help: "Generators by formulas in x, y from the grid's centre: name: flow (…), mix […; …], shift (…), and out-flow, out-mix, out-shift or out none for the prediction; semicolons between several. On states of particles field (…), one formula for each of a particle's numbers in their names, x1 or q1.",
      default: "",
      check: (text) => wrongIn(() => ownGenerators(text)),
      preview: previewGenerators,
      example: "swirl: flow (-y*exp(-x^2-y^2), x*exp(-x^2-y^2))",
    },
    split: {
      of: "vectors",
      kind: "text",
      label: "Split",
      help: "Parts of a state on no grid: 5x(q:3,v:3) for five particles, each with its position before its velocity; q:5x3,p:5x3 for all positions before all momenta; 5x3 for positions alone; none for one part x; empty follows the data’s particle axis and fields. Motions act on all particles alike.",
      default: "",
      check: (text) => wrongIn(() => parseSplit(text)),
      example: "5x(q:3,v:3)",
    },
    "output-split": {
      needs: "model",
      of: "vectors",
      kind: "text",
      label: "Output split",
      help: "The same for the parts of predictions; empty takes them for states, or for a vector or number a particle.",
      default: "",
      check: (text) => wrongIn(() => parseSplit(text)),
      example: "5x(force:3)",
      advanced: true,
    },
    prediction: {
      kind: "choice",
      label: "Prediction",
      help: "Of as many numbers as the state: a later state, which is shifted with it, or a rate dx/dt, which is not.",
      default: "auto",
      options: [
        {
          value: "auto",
          label: "By the values",
          help: "States on a grid, else what the values show.",
        },
        { value: "state", label: "A later state" },
        { value: "rate", label: "A rate" },
      ],
      advanced: true,
    },
    masses: {
      of: "vectors",
      kind: "text",
      label: "Masses",
      help: "Of particles, for boosts of momenta; empty for a part named m, or 1 each.",
      default: "",
      check: (text) => wrongIn(() => parseMasses(text)),
      example: "1,1,0.5",
      advanced: true,
    },
    exchanges: {
      needs: "model",
      of: "vectors",
      kind: "boolean",
      label: "Exchanges",
      help: "Also exchange neighbouring particles and compare: the one motion of particles that is no flow.",
      default: true,
      advanced: true,
    },
    "with-data": {
      needs: "model",
      kind: "boolean",
      label: "Of the data too",
      help: "Also the Lie derivative of the data’s own dynamics, from a map that is fitted to successive states.",
      default: false,
    },
    degree: {
      kind: "integer",
      label: "Degree",
      help: "Of the polynomials that are fitted to the data’s dynamics, at most.",
      default: 6,
      min: 1,
      max: 16,
      advanced: true,
    },
    finite: {
      needs: "model",
      kind: "number",
      label: "Finite motion",
      help: "Also move states by this much along each generator, by its exact or resampled action, and compare; 0 leaves that out.",
      default: 0,
      min: -1e6,
      max: 1e6,
      advanced: true,
    },
    checkpoints: {
      needs: "model",
      kind: "text",
      label: "Checkpoints",
      help: "Other weights for the same network, files by name or pattern with commas between them: how its Lie derivative changed.",
      default: "",
      example: "checkpoints/*.safetensors",
    },
    layers: {
      needs: "model",
      of: "fields",
      kind: "integer",
      label: "Samples by layer",
      help: "On this many samples, how much each layer of the network contributes; 0 leaves that out.",
      default: 0,
      min: 0,
      max: 1000,
    },
    steps: {
      needs: "model",
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
      of: "fields",
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
