/** `noetherscope run`: what a study asks for and does not have yet. */
import { resolve } from "node:path";
import type { Study } from "../../../../shared/contract";
import { UserError } from "../../../../shared/errors";
import { Devices } from "../../../compute/devices";
import { settled, specOf } from "../../../workbench/handlers/analysis";
import { programVersion } from "../../../workbench/places";
import { readDocument } from "../../../workbench/study/document";
import { OpenStudy } from "../../../workbench/study/openStudy";
import { Workbench } from "../../../workbench/workbench";
import type { Command, Shell } from "../command";
import { jobEnded } from "./jobEnded";
import { duration, progressLine } from "./shared";

export const run: Command = {
  name: "run",
  summary: "Everything that a study asks for and that is not there yet.",
  takes: "STUDY_DIR",
  options: { only: { value: "ID", help: "Only this run." } },
  details:
    "What a study asks for are the requests in its study.json: runs that were started in the window and not finished, and runs that were deleted or written there by hand; and trainings and simulations that waited when a program ended.",
  example: "noetherscope run studies/turbulence",
  async run(args, shell) {
    const only = args.text("only");
    const begun = await startQueued(args.positionals[0]!, only, shell);
    if (only !== undefined && begun > 0) return;
    const study = await OpenStudy.open(args.positionals[0]!);
    try {
      checkOurs(study);
      await study.assertWritable();
      const there = new Set((await study.runs.list()).map(({ id }) => id));
      const { requests, removed } = study.document;
      if (only !== undefined && !requests.some(({ id }) => id === only)) {
        throw new UserError(
          "study/no-request",
          `The study ${study.document.name} asks for no run “${only}”.`,
          {
            where: study.path,
            todo: `It asks for ${requests.map(({ id }) => id).join(", ") || "none"}.`,
          },
        );
      }
      const wanted = requests.filter(
        ({ id }) => (only === undefined || id === only) && !there.has(id) && !removed.includes(id),
      );
      const compute = await shell.compute();
      const devices = new Devices(compute);
      for (const [i, request] of wanted.entries()) {
        const show = progressLine(shell);
        const { spec, notices } = await settled(specOf(study, request), devices, shell.signal);
        const record = await compute.call(
          "analyse",
          { ...spec, id: request.id, folder: study.runs.folderOf(request.id), notices },
          {
            signal: shell.signal,
            onProgress: ({ fraction, stage }) =>
              show({
                fraction,
                stage: `${i + 1} of ${wanted.length}, ${request.analysis}: ${stage}`,
              }),
          },
        );
        const { samples } = record.data;
        shell.print(`${request.id}: ${samples.length} samples, ${duration(record.seconds)}`);
      }
      if (wanted.length + begun === 0) shell.remark("Everything that the study asks for is there.");
    } finally {
      await study.close();
    }
  },
};

/**
 * Trainings and simulations that wait since a program ended, in the order in which they were asked for.
 * @param only the one that is wanted; all where it is absent
 * @returns how many there were
 * @throws what makes one fail; the others go on waiting
 */
async function startQueued(path: string, only: string | undefined, shell: Shell): Promise<number> {
  const asked = (await readDocument(resolve(path))).queue;
  if (asked.every(({ id }) => only !== undefined && id !== only)) return 0;
  const workbench = new Workbench({
    host: "cli",
    version: programVersion(shell.program),
    places: shell.places,
    compute: await shell.compute(),
  });
  try {
    const study = await workbench.call("study.open", { path });
    checkOurs(study);
    const queued = study.waiting.filter(({ kind, id }) => kind !== "analysis" && (only === undefined || id === only)); // prettier-ignore
    for (const { id, title } of queued) {
      const { job } = await workbench.call("waiting.start", { study: study.path, id });
      await jobEnded(workbench, job, shell);
      shell.print(`${title}: done`);
    }
    return queued.length;
  } finally {
    await workbench.close();
  }
}

/** Two programs that write one study would lose each other's changes. @throws UserError "study/read-only" */
function checkOurs(study: Pick<OpenStudy, "readOnly" | "path" | "document"> | Study): void {
  const { readOnly, path } = study;
  if (readOnly === null) return;
  const { name } = "document" in study ? study.document : study;
  throw new UserError(
    "study/read-only",
    `The study ${name} cannot be run from here: ${readOnly}. Nothing was run or changed.`,
    {
      where: path,
      todo: "Run it in the window that has it open, or close that one and try again.",
    },
  );
}
