/** After which epochs weights are kept, and what their files are called. */

/** What is wrong with the choice, or null. */
export function checkCheckpoints(text: string): string | null {
  return /^(auto|all|[1-9]\d{0,5}|\d{1,6}(,\d{1,6})+)$/.test(text.replaceAll(" ", ""))
    ? null
    : "auto, all, a number of epochs, or a list like 0,1,5,20";
}

/**
 * Ascending, with epoch 0 and the last. `auto` is dense where networks change fastest: 0, 1, 2, 3, 5, 8, 12, 18 …, each
 * one and a half times the one before.
 * @param choice that `checkCheckpoints` finds nothing wrong with
 * @param last the epoch that the training ends with
 */
export function checkpointEpochs(choice: string, last: number): number[] {
  const text = choice.replaceAll(" ", "");
  const epochs = new Set([0, last]);
  if (text === "auto") {
    for (let epoch = 1; epoch < last; epoch = Math.ceil(1.5 * epoch)) epochs.add(epoch);
  } else if (text.includes(",")) {
    for (const epoch of text.split(",").map(Number)) if (epoch <= last) epochs.add(epoch);
  } else {
    const every = text === "all" ? 1 : Number(text);
    for (let epoch = every; epoch < last; epoch += every) epochs.add(epoch);
  }
  return [...epochs].sort((a, b) => a - b);
}

/** `epoch-0003.safetensors`. */
export function checkpointName(epoch: number): string {
  return `epoch-${String(epoch).padStart(4, "0")}.safetensors`;
}

/** What analyses over checkpoints are given, relative to the folder of a seed. */
export const CHECKPOINT_PATTERN = "epoch-*.safetensors";

/** The same of all seeds of an ensemble, relative to the training's folder. */
export const CHECKPOINTS_OF_SEEDS = `seed-*/${CHECKPOINT_PATTERN}`;
