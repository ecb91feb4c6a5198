/** Figures of Lie derivatives. */
import type { FigureDefinition } from "./figure";

export const lieDerivativeFigures: readonly FigureDefinition[] = [];
