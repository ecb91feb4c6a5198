/** Conservation: what does the network keep over a rollout that the physics keeps, and can it be repaired at once? */
import { conservationFigures } from "../charts/conservation";
import { previewQuantities } from "../formulas/preview";
import type { ParameterValues } from "../parameters";
import { catalogue } from "../physics/catalogue";
import { parseCoefficients } from "../physics/choose";
import { parseIntegrands } from "../physics/integrand";
import { parseMasses } from "../generators/choose";
import { parseSplit } from "../states/layout";
import { sampleParameters } from "./common";
import { defineAnalysis } from "./definition";
import { wrongIn } from "./wrongIn";

const { group: _group, elements: _elements, samples, times, ...common } = sampleParameters;

/** Ways to put a step back onto what it should have kept. */
export const repairs = [
  { value: "none", label: "None" },
  {
    value: "linear",
    label: "Linear: keep each ∫u",
    help: "The nearest field with the same integral: a constant is added.",
  },
  {
    value: "scaling",
    label: "Linear by scaling: keep each ∫u",
    help: "Multiplied by a number, so that positive fields stay positive.",
  },
  {
    value: "quadratic",
    label: "Quadratic: keep each ∫u²",
    help: "The nearest field with the same ∫u², of a vector ∫|v|².",
  },
  { value: "joint", label: "Both jointly", help: "The nearest field that keeps ∫u and ∫u²." },
  {
    value: "zero-frequency",
    label: "Zero-frequency correction",
    help: "The input's zero Fourier mode takes the place of the prediction's, as Dong et al. 2025 do after any operator; on a uniform grid this is the linear projection.",
  },
  {
    value: "group-average",
    label: "Group average",
    help: "The mean of g⁻¹f(g·x) over a finite group, which has its symmetry exactly.",
  },
] as const;
export type Repair = (typeof repairs)[number]["value"];

export const conservation = defineAnalysis({
  id: "conservation",
  title: "Conservation",
  reading:
    "Each curve is how far an integral (mass, momentum, energy …) has drifted along a rollout, relative to the size it could have; dashed the data’s own. A drift that grows like the number of steps is a bias of the network, one that grows like its square root is noise.",
  formula: {
    tex: [
      String.raw`d_k = \frac{I\!\left(f^k(u)\right) - I(u)}{s}`,
      String.raw`I(u) = \int \varphi(u, \nabla u)\,\mathrm{d}V`,
      String.raw`s = \operatorname{median}_{u} \int \left| \varphi(u, \nabla u) \right| \mathrm{d}V`,
    ],
    where:
      "f applied k times is the rollout from u, φ is the quantity's density (of states without a grid its value); s is the size that I could have if nothing cancelled.",
  },
  reference:
    "Integrals and quadrature: LeVeque 2002, Finite Volume Methods. Projections: Baez et al. 2024, arXiv:2410.17445. Zero-frequency correction: Dong et al. 2025, arXiv:2511.16573.",
  targets: "optional",
  rollouts: true,
  parameters: {
    quantities: {
      kind: "text",
      label: "Quantities",
      help: "auto (what the physics states, or what the kinds of the fields allow), or names: mass, momentum, energy, enstrophy, circulation, a field's name or its square, like u,u^2.",
      default: "auto",
      example: "mass,momentum,energy",
    },
    own: {
      kind: "text",
      label: "Your own",
      help: "Integrands by formulas of the channels (vx and vy of a vector v), with dx(…), dy(…), x, y and integral, mean, min, max: name: formula; semicolons between several. A balance law adds rate and what d/dt of it must be, and where the grid has walls flux and what carries it through them. Of particles, pairs(…) sums over every two, other(…) being the second’s.",
      default: "",
      check: (text) => wrongIn(() => parseIntegrands(text)),
      preview: previewQuantities,
      example:
        "third: u^3/6-dx(u)^2/2; loss: u^2 rate -2*nu*dx(u)^2; mass: rho flux (rho*vx, rho*vy)",
    },
    steps: {
      kind: "integer",
      label: "Rollout steps",
      help: "How often the network is applied, each time to its own prediction.",
      default: 20,
      min: 1,
      max: 10_000,
    },
    repair: {
      kind: "choice",
      label: "Repair",
      help: "Puts each step back onto what it should have kept, and shows the rollout with and without; noetherscope model project writes such a network.",
      default: "none",
      options: repairs,
    },
    physics: {
      kind: "choice",
      label: "Physics",
      help: "Says which quantities there are, and which must be kept and which may only fall or rise.",
      default: "auto",
      options: catalogue.map(({ id, label }) => ({ value: id, label })),
    },
    invariants: {
      kind: "choice",
      label: "Invented invariants",
      help: "Looks for functionals that the network conserves, whether or not somebody named them.",
      default: "none",
      options: [
        { value: "none", label: "None" },
        {
          value: "linear",
          label: "Linear",
          help: "Sums of channels; of features or particles, of every number.",
        },
        { value: "quadratic", label: "Linear and quadratic", help: "Products of two besides." },
        {
          value: "gradients",
          label: "Up to cubes and squared gradients",
          help: "Of fields on a grid: products of up to three channels, and of two slopes.",
        },
      ],
    },
    samples: {
      ...samples,
      label: "Rollouts",
      help: "How many, evenly strided over the trajectories, or all; each begins with the first state unless times are chosen.",
    },
    increments: {
      kind: "integer",
      label: "Single steps",
      help: "From this many states of the data, one step each: tells bias from noise. 0 leaves that out.",
      default: 64,
      min: 0,
      max: 100_000,
      advanced: true,
    },
    "relative-to": {
      kind: "choice",
      label: "Drifts relative to",
      help: "What s is, which drifts are divided by.",
      default: "size",
      options: [
        {
          value: "size",
          label: "The integral’s size",
          help: "ΔV·Σ|f| of the initial states, their median: what the integral could be.",
        },
        {
          value: "spread",
          label: "The spread over states",
          help: "Standard deviation of the integral over the initial states: how far apart states are in it.",
        },
      ],
      advanced: true,
    },
    layers: {
      kind: "integer",
      label: "States by layer",
      help: "Of one step from this many states, how much each layer changes every quantity; 0 leaves that out.",
      default: 8,
      min: 0,
      max: 1000,
      advanced: true,
    },
    coefficients: {
      kind: "text",
      label: "Coefficients",
      help: "Numbers that formulas name: alpha and beta of KdV, g of shallow water, gamma of a gas.",
      default: "",
      check: (text) => wrongIn(() => parseCoefficients(text, "auto")),
      example: "alpha=6,beta=1",
      advanced: true,
    },
    walls: {
      kind: "choice",
      label: "Up to walls",
      help: "Where the outermost values lie along axes that are not periodic; integrals and what flows out follow it.",
      default: "cells",
      options: [
        { value: "cells", label: "Middles of cells", help: "Walls half a cell beyond the last." },
        {
          value: "points",
          label: "Points on the walls",
          help: "Trapezoid rule: the outermost count half.",
        },
      ],
      advanced: true,
    },
    split: {
      kind: "text",
      label: "Split",
      help: "How states without a particle axis are made of particles: 5x6 is five of six numbers, q:5x3,p:5x3 first all positions, then all momenta; names say what the numbers are.",
      default: "",
      check: (text) => wrongIn(() => parseSplit(text)),
      example: "q:5x3,p:5x3",
      advanced: true,
    },
    masses: {
      kind: "text",
      label: "Masses",
      help: "Of the particles, one each, which formulas call m; empty where they are 1, or a channel m.",
      default: "",
      check: (text) => wrongIn(() => parseMasses(text)),
      example: "1,1,0.5",
      advanced: true,
    },
    "repair-fields": {
      kind: "text",
      label: "Repaired fields",
      help: "Names of the fields that the repair holds; empty for those of kind density, or all where there are none.",
      default: "",
      example: "rho,velocity",
      advanced: true,
    },
    "average-over": {
      kind: "text",
      label: "Average over",
      help: "The finite group of the group average: d4, c4, v4, translations:n.",
      default: "d4",
      advanced: true,
    },
    times,
    ...common,
  },
  figures: conservationFigures,
});

/** What its form gives its computation. */
export type ConservationParameters = ParameterValues<typeof conservation.parameters>;
