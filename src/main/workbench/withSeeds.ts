/** How a training is named where all of its seeds are meant. */

/** "twins, 2 seeds"; the name alone where there is one. */
export function withSeeds(name: string, seeds: number): string {
  return seeds < 2 ? name : `${name}, ${seeds} seeds`;
}
