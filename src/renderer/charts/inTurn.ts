/** Drawing in turn: of several pictures that change at once one is drawn a frame, so that no frame waits for all. */

const waiting = new Map<object, () => void>();
let asked = false;

/** Draws soon; of the same picture only what was asked last. @returns what takes it back */
export function inTurn(picture: object, draw: () => void): () => void {
  waiting.set(picture, draw);
  next();
  return () => {
    if (waiting.get(picture) === draw) waiting.delete(picture);
  };
}

function next(): void {
  if (asked || waiting.size === 0) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    const [first] = waiting;
    if (first === undefined) return;
    waiting.delete(first[0]);
    first[1]();
    next();
  });
}
