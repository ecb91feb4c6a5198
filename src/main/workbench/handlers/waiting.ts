/** What waits in a study since a program ended before its turn came: started anew, or taken off the list. */
import type { Handlers, Services } from "../services";

/** Who starts each kind of work. */
type Starters = Pick<Handlers, "analysis.start" | "simulation.start" | "training.start">;

export function waitingHandlers(
  { studies }: Services,
  starters: Starters,
): Pick<Handlers, "waiting.start" | "waiting.remove"> {
  return {
    "waiting.start": async ({ study: path, id }) => {
      const study = await studies.get(path);
      await study.assertWritable();
      const work = study.waiting(id);
      const job = await begun(starters, study.path, work);
      // Only now: what cannot be started any more goes on waiting until it is removed.
      await study.dequeue(id);
      await studies.announce(study);
      return { job };
    },
    "waiting.remove": async ({ study: path, id }) => {
      const study = await studies.get(path);
      study.waiting(id);
      await study.dequeue(id);
      return studies.announce(study);
    },
  };
}

/** @returns the job's id @throws what starting it throws */
async function begun(
  starters: Starters,
  study: string,
  work: ReturnType<Awaited<ReturnType<Services["studies"]["get"]>>["waiting"]>,
): Promise<string> {
  if (!("kind" in work)) {
    const { id: _, ...request } = work;
    return (await starters["analysis.start"]({ study, request })).job;
  }
  const { job } =
    work.kind === "training"
      ? await starters["training.start"]({ study, request: work.request })
      : await starters["simulation.start"]({ study, request: work.request });
  return job;
}
