/**
 * Many states read a few at a time, each few looked at before the next are read: then what is looked at, or put into
 * another order, is still in the processor's cache, and reading a batch costs no more than reading its states one by one.
 */
import { sizeOf, type Tensor } from "../../shared/tensor";
import { roomFor } from "./room";
import type { StatePlace, States } from "./states";

/** Elements read at a time: a part of what processors keep, and more than one system call's worth. */
const AT_ONCE = 1 << 20;

/**
 * The chosen states, [n, …states.shape].
 * @param into as `States.read` takes it
 * @param look is handed each few states, [some, …states.shape], and how many were before them
 * @throws whatever `look` throws
 */
export async function readInParts(
  states: States,
  places: readonly StatePlace[],
  into: Tensor["data"] | undefined,
  look: (some: Tensor, before: number) => void,
): Promise<Tensor> {
  const size = sizeOf(states.shape);
  const few = Math.max(1, Math.floor(AT_ONCE / Math.max(1, size)));
  const first = await states.read(places.slice(0, few), into);
  look(first, 0);
  if (places.length <= few) return first;
  const data = roomFor(first.dtype, places.length * size, into);
  if (data.buffer !== first.data.buffer) data.set(first.data as never);
  for (let at = few; at < places.length; at += few) {
    const room = data.subarray(at * size);
    const some = await states.read(places.slice(at, at + few), room);
    if (some.data.buffer !== data.buffer) data.set(some.data as never, at * size);
    look(some, at);
  }
  return { ...first, shape: [places.length, ...states.shape], data };
}
