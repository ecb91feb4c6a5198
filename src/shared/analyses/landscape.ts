/** Loss landscape sliced along the gradients of x and g·x. */
import { landscapeFigures } from "../charts/landscape";
import type { ParameterValues } from "../parameters";
import { lossInParameter, lossParameter, sampleParameters } from "./common";
import { defineAnalysis } from "./definition";

export const landscape = defineAnalysis({
  id: "landscape",
  title: "Landscape",
  reading:
    "The mean loss on the states x and on their images g·x, over the plane of parameters that their two gradients span; the dashed ellipse is the Gauss–Newton model. Where both losses fall along the same directions, learning one state teaches the other; where the valleys cross, they compete.",
  formula: {
    tex: [
      String.raw`\ell(\alpha, \beta) = \left\langle C_x(\theta + \rho\,\alpha\,a + \rho\,\beta\,b) \right\rangle_x`,
      String.raw`\ell_g(\alpha, \beta) = \left\langle C_{gx}(\theta + \rho\,\alpha\,a + \rho\,\beta\,b) \right\rangle_x`,
      String.raw`\rho = \frac{0.1\,\ell(0, 0)}{\left\| \nabla \ell \right\|}`,
    ],
    where:
      "θ are the parameters as they are, C is the loss of one sample; a is the direction of ∇ℓ, b what ∇ℓ of the images adds to it, both of length 1, or two random directions; ρ is the unit of the axes, in which the radius counts: the length of the step along −∇ℓ that is predicted to lower the loss by a tenth, with the gradient at x; along the checkpoints’ path the distance of the farthest one.",
  },
  reference:
    "Directions: orbit gradients, orthonormalised. Random directions: filter normalisation, Li et al. 2018, arXiv:1712.09913, section 4.",
  parameters: {
    ...sampleParameters,
    loss: lossParameter,
    "loss-in": lossInParameter,
    checkpoints: {
      kind: "text",
      label: "Checkpoints",
      help: "Of one training, their folder or files by name or pattern with commas between them: the slice around each in turn, all along the directions of the last, and the path between them.",
      default: "",
      example: "checkpoints/*.safetensors",
    },
    element: {
      kind: "text",
      label: "Element",
      help: "The group element g whose image is compared.",
      default: "r",
      example: "r",
    },
    directions: {
      kind: "choice",
      label: "Directions",
      help: "The gradients of x and g·x, filter-normalised random directions for comparison, or the two along which the checkpoints' path varies most.",
      default: "orbit",
      options: [
        { value: "orbit", label: "Orbit gradients" },
        { value: "random", label: "Random, filter-normalised" },
        { value: "path", label: "Path of the checkpoints" },
      ],
    },
    plane: {
      kind: "boolean",
      label: "Plane",
      help: "Both directions instead of the first alone.",
      default: true,
    },
    points: {
      kind: "integer",
      label: "Points",
      help: "Along each direction; odd, so that the present parameters are among them.",
      default: 25,
      min: 3,
      max: 201,
    },
    radius: {
      kind: "number",
      label: "Radius",
      help: "Half-width in units of ρ, the step that is predicted to lower the loss of x by a tenth (0.1 · loss / gradient norm); for the path's directions, the distance of its farthest checkpoint.",
      default: 1,
      min: 1e-6,
      scale: "log",
    },
  },
  figures: landscapeFigures,
});

/** What its form gives its computation. */
export type LandscapeParameters = ParameterValues<typeof landscape.parameters>;
