/**
 * Remarks that a window can do something about, by code. A run keeps sentences, for whoever reads it; each of these is
 * written here only, so that its code can be told from it again.
 */
const notices = {
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
} as const;

/** Warnings that a window shows as they stand: what to change depends on what the numbers are for. */
const warnings = {
  "precision/ridge": {
    before:
      "The ridge is too small for the precision of the gradients: rounding may move influence for ",
    after: ", relative to the self terms. Take a larger ridge, or the reference executor.",
  },
} as const;

export type NoticeCode = keyof typeof notices;
export type WarningCode = keyof typeof warnings;

/** @param about what is inserted: "elements", or the elements with their shares */
export function codedNotice(code: NoticeCode | WarningCode, about: string): string {
  const { before, after } = { ...notices, ...warnings }[code];
  return before + about + after;
}

/** The code of a run's notice and what it is about; null for one that the window only shows. */
export function readNotice(notice: string): { code: NoticeCode; about: string } | null {
  for (const [code, { before, after }] of Object.entries(notices)) {
    if (notice.startsWith(before) && notice.endsWith(after)) {
      const about = notice.slice(before.length, notice.length - after.length);
      return { code: code as NoticeCode, about };
    }
  }
  return null;
}
