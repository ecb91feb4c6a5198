/** Seeds of an ensemble as options write them, and the folder of each. */

/** More networks than this are a list that somebody pasted by mistake. */
const MOST = 64;

/** What is wrong with the list, or null. */
export function checkSeeds(text: string): string | null {
  const seeds = text.split(",").map((part) => part.trim());
  const sound = seeds.every((seed) => /^\d{1,9}$/.test(seed));
  if (!sound || seeds.length > MOST)
    return `up to ${MOST} whole numbers from 0 with commas between, like 0,1,2`;
  return new Set(seeds.map(Number)).size === seeds.length
    ? null
    : "seeds that differ from each other";
}

/** @param text that `checkSeeds` finds nothing wrong with */
export function parseSeeds(text: string): number[] {
  return text.split(",").map(Number);
}

/** Where a seed's checkpoints lie in the training's folder: the folder itself where there is one seed alone. */
export function folderOfSeed(seed: number, seeds: readonly number[]): string {
  return seeds.length === 1 ? "" : `seed-${seed}`;
}
