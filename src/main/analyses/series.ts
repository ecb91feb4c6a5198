/** Checkpoints as a table: a row a training, a column a moment of it. */
import type { Checkpoint } from "./context";

/** A moment that one or several trainings kept. */
export interface Moment {
  /** Name of its file, without the folder of its training. */
  readonly name: string;
  /** The number in its name, an epoch or a step; null without one. */
  readonly epoch: number | null;
}

export interface Series {
  /** Folders of the trainings; one empty name for a single one. */
  readonly seeds: readonly string[];
  /** In the order of training. */
  readonly moments: readonly Moment[];
  /** null where that training did not keep that moment. */
  at(seed: number, moment: number): Checkpoint | null;
}

/** @param checkpoints in the order of their names */
export function seriesOf(checkpoints: readonly Checkpoint[]): Series {
  const seeds = [...new Set(checkpoints.map(({ series }) => series ?? ""))];
  const places = checkpoints.map((checkpoint) => ({
    checkpoint,
    seed: seeds.indexOf(checkpoint.series ?? ""),
    name: lastPart(checkpoint.name),
  }));
  const names = [...new Set(places.map(({ name }) => name))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  const table = new Map(
    places.map(({ checkpoint, seed, name }) => [`${seed} ${name}`, checkpoint]),
  );
  return {
    seeds,
    moments: names.map((name) => ({ name, epoch: epochOf(name) })),
    at: (seed, moment) => table.get(`${seed} ${names[moment]!}`) ?? null,
  };
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}

/** The last number in a file's name: 7 of v2-epoch-0007.safetensors. */
function epochOf(name: string): number | null {
  const digits = /(\d+)\D*$/.exec(name.replace(/\.[^.]*$/, ""))?.[1];
  return digits === undefined ? null : Number(digits);
}
