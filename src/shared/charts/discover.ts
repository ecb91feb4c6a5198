/** Figures of discovery: the spectrum of candidates, and the generators as flows and as matrices. */
import { matricesFigure } from "./discoverMatrices";
import { motionsFigure } from "./discoverMotions";
import { spectrumFigure } from "./discoverSpectrum";
import type { FigureDefinition } from "./figure";
import { flowsFigure } from "./flows";

export const discoverFigures: readonly FigureDefinition[] = [
  spectrumFigure,
  motionsFigure,
  flowsFigure,
  matricesFigure,
];
