/** Discovery: which continuous symmetries has this network, vector field or set of trajectories, named or not? */
import { discoverFigures } from "../charts/discover";
import { previewGenerators } from "../formulas/preview";
import { ownGenerators } from "../generators/own";
import type { ParameterValues } from "../parameters";
import { sampleParameters } from "./common";
import { defineAnalysis } from "./definition";
import { generatorParameters } from "./generatorParameters";
import { wrongIn } from "./wrongIn";

const { group: _group, elements: _elements, ...samples } = sampleParameters;

export const discover = defineAnalysis({
  id: "discover",
  title: "Discovery",
  reading:
    "Each point is a direction in the space of candidate motions with its relative defect: 0 where the map has that symmetry, about 1 where the motion has nothing to do with it. Directions below a wide gap are candidates for symmetries; where there is no gap, none is claimed.",
  formula: {
    tex: [
      String.raw`X_v = \sum_q v_q X_q, \qquad Y_v = \sum_q v_q Y_q`,
      String.raw`\mathcal{L}_v F(x) = DF(x)\,[X_v x] - Y_v F(x)`,
      String.raw`\mu = \min_v \frac{\left\langle \left\| \mathcal{L}_v F \right\|^2 \right\rangle}{\left\langle \gamma^2 \left\| X_v x \right\|^2 + \left\| Y_v F \right\|^2 \right\rangle}`,
    ],
    where:
      "F is the network or what was fitted to the data, X the candidates' motions of the state and Y those of the value, γ the gain of F for motions in no particular direction; the spectrum shows √μ of this minimum and, each within what those before it leave, of all further directions.",
  },
  reference: "Otto, Zolman, Kutz and Brunton 2023, arXiv:2311.00212.",
  targets: "optional",
  model: "optional",
  parameters: {
    candidates: {
      kind: "choice",
      label: "Candidates",
      help: "The motions among which symmetries are sought: of the state’s numbers, of a grid’s channels, or combinations of named generators.",
      default: "auto",
      options: [
        { value: "auto", label: "By the data", help: "fields on a grid, affine otherwise" },
        { value: "affine", label: "Affine, x ↦ A x + b" },
        { value: "matrices", label: "Linear, x ↦ A x" },
        { value: "rotations", label: "Rotations, A skew" },
        { value: "scalings", label: "Scalings of single components" },
        { value: "fields", label: "Combinations of generators on fields" },
      ],
    },
    output: {
      kind: "choice",
      label: "Output",
      help: "How the output moves when the state does: by the same motion, not at all, or by some affine action that is found along.",
      default: "auto",
      options: [
        {
          value: "auto",
          label: "By its shape",
          help: "invariant for one number, the same for the state’s shape, else free",
        },
        { value: "same", label: "The same motion" },
        { value: "invariant", label: "Not at all" },
        { value: "free", label: "Found along" },
      ],
    },
    prediction: {
      kind: "choice",
      label: "Prediction",
      help: "Of an output that moves as the state does: a next state, which is shifted with it, or a rate dx/dt, which is not.",
      default: "auto",
      options: [
        {
          value: "auto",
          label: "By the values",
          help: "states where they lie near the states that they are made from, or on a grid; else rates",
        },
        { value: "state", label: "A state" },
        { value: "rate", label: "A rate" },
      ],
    },
    split: {
      kind: "text",
      label: "Split",
      help: "Parts of the state that move alike: 5x6 for five particles of six numbers, q:5x3,p:5x3 for all positions before all momenta, none for one part; empty follows the data’s particle axis.",
      default: "",
      example: "q:5x3,p:5x3",
    },
    generators: {
      kind: "text",
      label: "Generators",
      help: "Of the candidates fields: all that fit, or some of tx, ty, tz, rot, scale, shear-x, shear-y, squeeze, gx, gy, gz, time, density, amp; rot is all of rot-xy, rot-yz, rot-zx in a volume.",
      default: "all",
      example: "tx,ty,rot,scale",
    },
    own: {
      kind: "text",
      label: "Your own",
      help: "More candidates among fields, by formulas in x, y from the grid’s centre: name: flow (…), mix […; …], shift (…), and out-flow, out-mix, out-shift or out none for the output.",
      default: "",
      check: (text) => wrongIn(() => ownGenerators(text)),
      preview: previewGenerators,
      example: "swirl: flow (-y*exp(-x^2-y^2), x*exp(-x^2-y^2))",
    },
    threshold: {
      kind: "number",
      label: "Threshold",
      help: "Only directions with a squared relative defect below this can be symmetries.",
      default: 0.05,
      min: 0,
      max: 1,
      advanced: true,
    },
    degree: {
      kind: "integer",
      label: "Degree",
      help: "Without a model: the highest degree of the polynomials that are fitted to the data.",
      default: 10,
      min: 1,
      max: 16,
      advanced: true,
    },
    dt: {
      kind: "number",
      label: "Time step",
      help: "Time between successive states; 0 takes it from the data.",
      default: 0,
      min: 0,
      advanced: true,
    },
    ...generatorParameters,
    ...samples,
    samples: { ...samples.samples, default: "1000" },
  },
  figures: discoverFigures,
});

/** What its form gives its computation. */
export type DiscoverParameters = ParameterValues<typeof discover.parameters>;
