/** What an evolution says of V4 and of the rest of D4, at the first checkpoint and at the last. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readNpz } from "../../src/main/data/npz";
import { quartiles } from "../../src/shared/statistics";

/** The diagonal reflections' group, as summaries name it. */
const V4 = "e,r2,sr,sr3";

/** A median with its interval by bootstrap. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Side {
  /** cos(gx, x). */
  readonly cosine: Estimate;
  /** The same less that of unrelated states. */
  readonly excess: Estimate;
  /** loss(gx)/loss(x), a median. */
  readonly relativeLoss: number;
  /** ‖f(gx) − g f(x)‖/‖g f(x)‖, a median. */
  readonly equivarianceError: number;
}

export interface Reading {
  readonly epoch: number;
  /** V4 without e, and D4 without V4. */
  readonly inside: Side;
  readonly outside: Side;
}

interface Curves {
  readonly key: string;
  readonly inside: Readonly<Record<"cosine" | "excess", readonly Estimate[]>>;
  readonly complement: Readonly<Record<"cosine" | "excess", readonly Estimate[]>>;
}

/** @param folder of a run of `analyse evolution` with D4 */
export async function readingsOf(folder: string): Promise<{ first: Reading; last: Reading }> {
  const run = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as {
    summary: {
      checkpoints: { epoch: number }[];
      elements: Record<string, unknown>;
      curves: { subgroups: Curves[] };
    };
  };
  const { checkpoints, elements, curves } = run.summary;
  const v4 = curves.subgroups.find(({ key }) => key === V4);
  if (v4 === undefined) throw new Error(`${folder} says nothing of V4; it was computed with D4.`);
  const names = ["checkpoint_relative_loss", "checkpoint_equivariance_error"] as const;
  const arrays = await readNpz(join(folder, "arrays.npz"), names);
  const group = Object.keys(elements);
  const medianOf = (name: (typeof names)[number], checkpoint: number, inside: boolean): number => {
    const { shape, data } = arrays.get(name)!;
    const [seeds, count, order, samples] = shape as [number, number, number, number];
    const taken: number[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      group.forEach((element, g) => {
        if (element === "e" || V4.split(",").includes(element) !== inside) return;
        const start = ((seed * count + checkpoint) * order + g) * samples;
        for (let i = 0; i < samples; i++) taken.push(Number(data[start + i]));
      });
    }
    return quartiles(taken).median;
  };
  const side = (checkpoint: number, inside: boolean): Side => {
    const { cosine, excess } = inside ? v4.inside : v4.complement;
    return {
      cosine: cosine[checkpoint]!,
      excess: excess[checkpoint]!,
      relativeLoss: medianOf(names[0], checkpoint, inside),
      equivarianceError: medianOf(names[1], checkpoint, inside),
    };
  };
  const at = (checkpoint: number): Reading => ({
    epoch: checkpoints[checkpoint]!.epoch,
    inside: side(checkpoint, true),
    outside: side(checkpoint, false),
  });
  return { first: at(0), last: at(checkpoints.length - 1) };
}
