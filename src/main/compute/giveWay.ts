/**
 * Jobs beside a window: where a training would take every processor, what people look at and wait for goes first. On an
 * otherwise idle machine a job is as fast as ever.
 */
import { constants, getPriority, setPriority } from "node:os";

/** What a host with windows starts the compute process with. */
export const GIVE_WAY = "--give-way";

/**
 * On Linux the calling thread and those that it starts, which are the executor's; elsewhere the whole process. One that
 * was started with a lower priority keeps that.
 */
export function giveWay(): void {
  const { PRIORITY_BELOW_NORMAL } = constants.priority;
  if (getPriority() < PRIORITY_BELOW_NORMAL) setPriority(PRIORITY_BELOW_NORMAL);
}
