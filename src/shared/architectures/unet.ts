/** U-Net: convolutions at several resolutions. */
import { activation, edges, kernel, norm, prediction, width } from "./common";
import { defineArchitecture } from "./definition";

export const unet = defineArchitecture({
  id: "unet",
  title: "U-Net",
  summary:
    "Convolutions at ever coarser resolutions and back, with what was seen at each handed across. On periodic axes it commutes with shifts by as many cells as one of the coarsest has, 2 to the number of halvings; it has no symmetry under turns or reflections.",
  reference: "Ronneberger, Fischer and Brox 2015, arXiv:1505.04597.",
  layouts: ["grid"],
  parameters: {
    width: width(16),
    levels: {
      kind: "integer",
      label: "Halvings",
      help: "How often the resolution is halved, each time with twice the channels; every axis must divide by 2 so often.",
      default: 3,
      min: 1,
      max: 7,
    },
    kernel,
    norm,
    activation,
    edges,
    prediction,
  },
  presets: {
    small: { values: { width: 5, levels: 2 }, parameters: 11_767 },
    medium: { values: { width: 8, levels: 3 }, parameters: 121_466 },
    large: { values: { width: 24, levels: 3 }, parameters: 1_085_546 },
    paper: { values: { width: 42, levels: 4 }, parameters: 13_373_600 },
  },
});
