/** `noetherscope run`: what a study asks for and does not have yet. */
import { UserError } from "../../../../shared/errors";
import { Devices } from "../../../compute/devices";
import { settled, specOf } from "../../../workbench/handlers/analysis";
import { OpenStudy } from "../../../workbench/study/openStudy";
import type { Command } from "../command";
import { duration, progressLine } from "./shared";

export const run: Command = {
  name: "run",
  summary: "Everything that a study asks for and that is not there yet.",
  takes: "STUDY_DIR",
  options: { only: { value: "ID", help: "Only this run." } },
  details:
    "What a study asks for are the requests in its study.json: runs that were started in the window and not finished, and runs that were deleted or written there by hand.",
  example: "noetherscope run studies/turbulence",
  async run(args, shell) {
    const study = await OpenStudy.open(args.positionals[0]!);
    try {
      checkOurs(study);
      await study.assertWritable();
      const there = new Set((await study.runs.list()).map(({ id }) => id));
      const { requests, removed } = study.document;
      const only = args.text("only");
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
      if (wanted.length === 0) shell.remark("Everything that the study asks for is there.");
    } finally {
      await study.close();
    }
  },
};

/** Two programs that write one study would lose each other's changes. @throws UserError "study/read-only" */
function checkOurs({ readOnly, path, document }: OpenStudy): void {
  if (readOnly === null) return;
  throw new UserError(
    "study/read-only",
    `The study ${document.name} cannot be run from here: ${readOnly}. Nothing was run or changed.`,
    {
      where: path,
      todo: "Run it in the window that has it open, or close that one and try again.",
    },
  );
}
