/** What Amarel et al. 2026 (arXiv:2601.20172) found, put as questions to the small cases. */
import type { Case } from "./cases";
import type { Reading } from "./readings";

export type Readings = Readonly<Record<Case["id"], { first: Reading; last: Reading }>>;

export interface Finding {
  readonly claim: string;
  /** The figure that it is from; null for what is no claim of theirs. */
  readonly source: string | null;
  readonly holds: boolean;
  /** What networks are after training, so that a shorter one says nothing. */
  readonly trained: boolean;
  readonly numbers: string;
}

const digits = (x: number): string =>
  Math.abs(x) >= 1000 || (x !== 0 && Math.abs(x) < 1e-3) ? x.toExponential(1) : x.toFixed(3);

/** Medians of V4∖e and D4∖V4 with their intervals. */
function cosines({ inside, outside }: Reading): string {
  const say = ({ cosine }: Reading["inside"]): string =>
    `${digits(cosine.median)} (${digits(cosine.low)} … ${digits(cosine.high)})`;
  return `cosine in V4∖e ${say(inside)}, in D4∖V4 ${say(outside)}`;
}

function losses({ inside, outside }: Reading): string {
  return `loss(gx)/loss(x) in V4∖e ${digits(inside.relativeLoss)}, in D4∖V4 ${digits(outside.relativeLoss)}`;
}

/** True where the intervals do not meet and V4's lies above. */
const parted = ({ inside, outside }: Reading): boolean => inside.cosine.low > outside.cosine.high;
const meet = ({ inside, outside }: Reading): boolean =>
  inside.cosine.low <= outside.cosine.high && outside.cosine.low <= inside.cosine.high;

/** How many times larger the loss has to be outside V4 to count as not learned. */
const LARGER = 1.5;
const lossesParted = ({ inside, outside }: Reading): boolean =>
  outside.relativeLoss > LARGER * inside.relativeLoss;

export function findingsOf({ a, b, c, d, e }: Readings): readonly Finding[] {
  return [
    {
      claim: "Before training, both classes of elements are coupled alike (b).",
      source: "figure 7, epoch 0",
      holds: meet(b.first),
      trained: false,
      numbers: cosines(b.first),
    },
    {
      claim:
        "Trained on states that only V4 keeps alike, the network couples V4’s and not the others (b).",
      source: "figures 2 and 7",
      holds: parted(b.last),
      trained: true,
      numbers: cosines(b.last),
    },
    {
      claim: "Its loss is then larger on states moved by the others (b).",
      source: "figure 2",
      holds: lossesParted(b.last),
      trained: true,
      numbers: losses(b.last),
    },
    {
      claim: "Trained on isotropic states, it couples both classes alike (a).",
      source: "figure 6, its compressible flows",
      holds: meet(a.last) && !lossesParted(a.last),
      trained: true,
      numbers: `${cosines(a.last)}; ${losses(a.last)}`,
    },
    {
      claim: "Augmentation by D4 takes the difference away (c).",
      source: null,
      holds: meet(c.last) && !lossesParted(c.last),
      trained: true,
      numbers: `${cosines(c.last)}; ${losses(c.last)}`,
    },
    {
      claim: "A network that commutes with D4 couples all states of an orbit wholly (d).",
      source: null,
      holds: [d.first, d.last].every((reading) =>
        [reading.inside, reading.outside].every(({ cosine }) => cosine.median > 0.999),
      ),
      trained: false,
      numbers: `${cosines(d.first)} before training; ${cosines(d.last)} after`,
    },
    {
      claim:
        "Components given to the group in the wrong order leave exactly V4 looking symmetric, whatever the network learned (e).",
      source: null,
      holds: lossesParted(e.last) && e.last.inside.relativeLoss < LARGER,
      trained: true,
      numbers: `${losses(e.last)}; ${cosines(e.last)}`,
    },
  ];
}
