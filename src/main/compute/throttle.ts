/** Progress at a pace that people can read and a process boundary can bear. */
import type { Progress } from "./task";

/** Milliseconds between two reports. */
const PACE = 150;

/**
 * Passes the first report on at once and then the latest one every `PACE`; `stop` drops what is held back.
 */
export function throttled(send: (progress: Progress) => void): {
  progress(progress: Progress): void;
  stop(): void;
} {
  let held: Progress | null = null;
  let timer: NodeJS.Timeout | null = null;
  const tick = (): void => {
    timer = null;
    if (held === null) return;
    send(held);
    held = null;
    timer = setTimeout(tick, PACE);
  };
  return {
    progress: (progress) => {
      // A later report stands for an earlier one, but not for what only that one said.
      held = held?.notices === undefined ? progress : { notices: held.notices, ...progress };
      if (timer === null) tick();
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = held = null;
    },
  };
}
