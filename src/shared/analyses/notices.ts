/**
 * Remarks that a window can do something about, by code. A run keeps sentences, for whoever reads it; each of these is
 * written here only, so that its code can be told from it again.
 */
const notices = {
  "model/states": { before: "Taken from the model’s file: ", after: "." },
  "symmetry/not-established": {
    before: "Symmetry of the dynamics not established: that the grid and the fields admit these ",
    after: " does not show that the physics does.",
  },
  "span/energy-cut": {
    before: "The energy cut leaves out part of the smaller gradients for ",
    after: "; try unit columns.",
  },
  "box/breaks-motion": {
    before: "The periodic box itself breaks ",
    after:
      ": such a flow does not close around it, so a network that wraps around shows an error near the edges. Take norms over a disc (--disc on the command line), or fields that vanish there.",
  },
  "loss/zero": {
    before: "The loss is zero up to rounding at ",
    after:
      " (the targets are the network’s own predictions?), so that gradients there are rounding and mean nothing. Choose targets that the network does not reproduce.",
  },
  "precision/ridge": {
    before:
      "Ridge and energy cut are too small for the precision of the gradients: rounding may move influence for ",
    after:
      ", relative to the self terms. Enlarge one of them, or compute in float64 (--executor reference on the command line).",
  },
  "normalise/commutes": {
    before: "The normalisation of ",
    after: ", as pooled statistics have (--normalise pooled on the command line).",
  },
  "normalise/trained": {
    before: "The normalisation of ",
    after:
      ", so this network is not equivariant by construction. The statistics must stay those that it was trained with, as with others it computes another function; pooled ones, which commute, are for the next training.",
  },
} as const;

export type NoticeCode = keyof typeof notices;

/** How axes were read, how many samples a run or an epoch takes, what moves nothing: what a reader may skip. */
const routine = [
  /^(?!.* (is|are) taken as ).* taken as /,
  /\basked for\b/,
  /\bin no batch\b/,
  /\bdo(es)? not fill a batch\b/,
  /\bas the model has them\b/,
  /\bis not computed again\b/,
  /\bacts? trivially\b/,
  /^The dynamics is symmetric under /,
  /\bthat the training held out\b/,
  /\bwhich the training held out\b/,
  /^Taken from the model’s file: /,
  /^The file stores x before y; /,
];

/** What takes numbers out of the result or the sense out of them. */
const grave = [
  /\bnot finite\b/,
  /\bleft out\b/,
  /\bmean nothing\b/,
  /\bblew up\b/,
  /\bfits only if\b/,
  /\bare no symmetry\b/,
  /\bnothing is known\b/,
];

/** For people who read one remark only: the least comes first. */
export function weightOf(notice: string): 0 | 1 | 2 {
  if (routine.some((pattern) => pattern.test(notice))) return 2;
  return grave.some((pattern) => pattern.test(notice)) ? 0 : 1;
}

/** @param about what is inserted: "elements", or the elements with their shares */
export function codedNotice(code: NoticeCode, about: string): string {
  const { before, after } = notices[code];
  return before + about + after;
}

/** The code of a run's notice and what it is about; null for one that only informs. */
export function readNotice(notice: string): { code: NoticeCode; about: string } | null {
  for (const [code, { before, after }] of Object.entries(notices)) {
    if (notice.startsWith(before) && notice.endsWith(after)) {
      const about = notice.slice(before.length, notice.length - after.length);
      return { code: code as NoticeCode, about };
    }
  }
  return null;
}
