/** Figures of discovery. */
import type { FigureDefinition } from "./figure";

export const discoverFigures: readonly FigureDefinition[] = [];
