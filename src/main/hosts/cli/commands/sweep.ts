/**
 * `noetherscope sweep`: what a study asks for, divided over processes that know nothing of each other. Every part is a
 * file of its own, named after what it was computed from, so no lock is needed, and a share that was killed goes on
 * with its next part. Nothing is written but parts and runs: the study may be open in a window meanwhile.
 */
import { join, resolve } from "node:path";
import type { AnalysisDefinition } from "../../../../shared/analyses/definition";
import { evolution } from "../../../../shared/analyses/evolution";
import { landscape } from "../../../../shared/analyses/landscape";
import { UserError } from "../../../../shared/errors";
import type { Compute } from "../../../compute/compute";
import { Devices } from "../../../compute/devices";
import { checkedParameters, definitionOf, type AnalysisSpec } from "../../../compute/tasks/spec";
import { settled, specOf } from "../../../workbench/handlers/analysis";
import { newRunId } from "../../../workbench/runId";
import { readDocument, type StudyDocument } from "../../../workbench/study/document";
import { Runs } from "../../../workbench/study/runs";
import { seriesOf, Trainings } from "../../../workbench/study/trainings";
import { trainingFolder } from "../../../training/folder";
import { NETWORK } from "../../../compute/tasks/trainBegin";
import { UsageError, type Arguments, type Command, type Options, type Shell } from "../command";
import { givenParameters, parameterFlags } from "./analyse";
import { detach, detachOption } from "./detach";
import { duration, progressOrLog } from "./shared";

/** Analyses that options may describe. */
const divided: readonly AnalysisDefinition[] = [evolution, landscape];

/** What either takes. Defaults are each analysis' own, so none is a flag's. */
function optionsOfDivided(): Options {
  const all = Object.assign({}, ...divided.map(parameterFlags).reverse()) as Options;
  // Which moments are computed then hangs on what others give: nothing that could be divided.
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => name !== "at-most")
      .map(([name, { default: _, ...option }]) => [name, option]),
  );
}

export const sweep: Command = {
  name: "sweep",
  summary: "One share of what a study asks for, or all shares joined into its runs.",
  takes: "STUDY_DIR",
  options: {
    index: { value: "K", help: "Which share, from 0." },
    of: { value: "N", help: "How many shares there are." },
    merge: { help: "Join what the shares computed; says what is missing." },
    only: { value: "ID", help: "Only this run of those that the study asks for." },
    analysis: {
      value: divided.map(({ id }) => id).join("|"),
      help: "Of what nobody asked for yet: what is computed over a training.",
      default: evolution.id,
    },
    model: {
      value: "NAME",
      help: "The same: the study’s model; of an evolution also a training, all its seeds.",
    },
    data: { value: "NAME", help: "The same: the study’s data." },
    ...optionsOfDivided(),
    ...detachOption,
  },
  details:
    "Shares are for schedulers that start many processes, such as a Slurm array: each takes its part of the checkpoints of an evolution or of a landscape over training, and whole runs of other analyses; finished parts are not computed again. Where the study asks for nothing, or with --analysis, --model, --data or --checkpoints, the options describe one of these of one of its models: give every share and --merge the same.",
  example: "noetherscope sweep studies/turbulence --index 3 --of 16",
  async run(args, shell) {
    const study = resolve(args.positionals[0]!);
    const share = shareOf(args);
    const document = await readDocument(study);
    const runs = new Runs(study);
    const wanted = await wantedOf(document, { study, runs }, args);
    if (args.flag("detach")) {
      const name = share === null ? "merge" : `${share.index}-of-${share.of}`;
      return detach(shell, join(study, `sweep-${name}.log`));
    }
    if (wanted.length === 0) {
      shell.remark(
        "Everything that the study asks for is there. With --model NAME, --checkpoints or --analysis, the options describe another run.",
      );
      return;
    }
    const compute = await shell.compute();
    const work = { compute, devices: new Devices(compute), runs, shell };
    await (share === null ? merge(work, wanted) : computeShare(work, wanted, share));
  },
};

/** @throws UsageError for another one, and for options that it does not take */
function dividedOf(args: Arguments): AnalysisDefinition {
  const id = args.given("analysis");
  const definition = divided.find((one) => one.id === id);
  if (definition === undefined) {
    throw new UsageError(`--analysis is ${divided.map((one) => one.id).join(" or ")}, not “${id}”.`); // prettier-ignore
  }
  const others = Object.assign({}, ...divided.map((one) => givenParameters(one, args))) as object;
  const foreign = Object.keys(others).find((name) => !(name in definition.parameters));
  if (foreign === undefined) return definition;
  throw new UsageError(`${definition.title} has no option --${foreign}.`);
}

interface Wanted {
  readonly id: string;
  readonly spec: AnalysisSpec;
}

interface Work {
  readonly compute: Compute;
  readonly devices: Devices;
  readonly runs: Runs;
  readonly shell: Shell;
}

interface Share {
  readonly index: number;
  readonly of: number;
}

/** null for --merge. @throws UsageError */
function shareOf(args: Arguments): Share | null {
  const [index, of] = [args.text("index"), args.text("of")];
  if (args.flag("merge")) {
    if (index === undefined && of === undefined) return null;
    throw new UsageError("--merge joins all shares, so it takes neither --index nor --of.");
  }
  const share = { index: Number(index ?? NaN), of: Number(of ?? NaN) };
  const whole = Number.isInteger(share.index) && Number.isInteger(share.of);
  if (whole && share.index >= 0 && share.index < share.of) return share;
  throw new UsageError(
    "A share is --index K --of N, with whole numbers and K from 0 to N − 1.",
    "Or --merge, once all shares are done.",
  );
}

/** What the study asks for and lacks; where it asks for nothing, the evolution that the options describe. */
async function wantedOf(
  document: StudyDocument,
  { study, runs }: { readonly study: string; readonly runs: Runs },
  args: Arguments,
): Promise<Wanted[]> {
  const entries = {
    model: (id: string) => entryOf("model", document.models, id),
    data: (id: string) => entryOf("data", document.data, id),
  };
  const definition = dividedOf(args);
  const described =
    definition !== evolution ||
    ["model", "data", "checkpoints"].some((name) => (args.text(name) ?? "") !== "");
  const { requests, removed } = document;
  if (described || requests.length === 0) {
    const { network, ...series } = await subjectOf(definition, document, study, args);
    const data = entryOf("data", document.data, args.text("data"));
    return [
      {
        id: newRunId(definition.id),
        spec: {
          analysis: definition.id,
          parameters: checkedParameters(definition.id, {
            ...series,
            ...givenParameters(definition, args),
          }),
          model: network,
          data: { path: data.file.path, options: data.options },
        },
      },
    ];
  }
  const only = args.text("only");
  const there = new Set((await runs.list()).map(({ id }) => id));
  const pending = requests.filter(({ id }) => only === undefined || id === only);
  if (pending.length === 0) {
    throw new UserError("study/no-request", `The study asks for no run “${only!}”.`, {
      todo: `It asks for ${requests.map(({ id }) => id).join(", ")}.`,
    });
  }
  return pending
    .filter(({ id }) => !there.has(id) && !removed.includes(id))
    .map((request) => ({ id: request.id, spec: specOf(entries, request) }));
}

/**
 * A model's network, with the checkpoints of its seed where a training made it; a training's, whose seeds an evolution
 * finds beside it. Its weights are those that the study's entry has, as for a run of a window: by another set the run
 * would be one of another model.
 * @throws UserError "study/no-model"
 */
async function subjectOf(
  definition: AnalysisDefinition,
  { models }: StudyDocument,
  study: string,
  args: Arguments,
): Promise<{ network: NonNullable<AnalysisSpec["model"]>; checkpoints?: string }> {
  const wanted = args.text("model");
  const isModel = models.some(({ id, name }) => id === wanted || name === wanted);
  if (definition === evolution && wanted !== undefined && !isModel) {
    const all = await new Trainings(study).list();
    const named = all.filter(({ id, name }) => id === wanted || name === wanted);
    if (named.length > 0) {
      const { id } = entryOf("training", named, wanted);
      const path = join(trainingFolder(study, id), NETWORK);
      const entry = models.find(({ file }) => file.path === path);
      return { network: { path, weights: entry?.weights?.path ?? null } };
    }
  }
  const model = entryOf("model", models, wanted);
  const { file, weights } = model;
  return {
    network: { path: file.path, weights: weights?.path ?? null },
    ...seriesOf(study, model),
  };
}

const kinds = { model: "model", training: "training", data: "data set" } as const;

/** By its name or id; the only one where none is named. @throws UserError "study/no-model", "study/no-data" */
function entryOf<T extends { readonly id: string; readonly name: string }>(
  kind: keyof typeof kinds,
  entries: readonly T[],
  wanted: string | undefined,
): T {
  const named = entries.filter(
    ({ id, name }) => wanted === undefined || id === wanted || name === wanted,
  );
  if (named.length === 1) return named[0]!;
  const shared = (wanted: string): boolean =>
    entries.filter(({ name }) => name === wanted).length > 1;
  const names = entries
    .map(({ id, name }) => `“${name}”${shared(name) ? ` (${id})` : ""}`)
    .join(", ");
  const flag = kind === "data" ? kind : "model";
  throw new UserError(
    `study/no-${kind}`,
    wanted === undefined
      ? `The study has ${entries.length === 0 ? "no" : `${entries.length}`} ${kinds[kind]}s.`
      : `The study has ${named.length === 0 ? "no" : `${named.length}`} ${kinds[kind]}${named.length === 0 ? "" : "s called"} “${wanted}”.`,
    {
      todo:
        names === ""
          ? `Add a ${kinds[kind]} to it first.`
          : `Name one of them, where two have one name by what stands in brackets (--${flag}): ${names}.`,
    },
  );
}

/** Whole runs go round in turn; runs made of parts are divided. */
async function computeShare(
  { compute, devices, runs, shell }: Work,
  wanted: readonly Wanted[],
  share: Share,
): Promise<void> {
  const { signal } = shell;
  for (const [k, { id, spec }] of wanted.entries()) {
    const start = performance.now();
    const { spec: here, notices } = await settled(spec, devices, signal);
    const input = { ...here, id, folder: runs.folderOf(id), notices };
    const options = { signal, onProgress: progressOrLog(shell) };
    const parts = await compute.call("analyseShare", { ...input, share }, options);
    const took = (): string => duration((performance.now() - start) / 1000);
    const { title } = definitionOf(spec.analysis);
    if (parts !== null) {
      shell.print(
        `${title}: ${parts} ${parts === 1 ? "part" : "parts"} of share ${share.index}, ${took()}`,
      );
    } else if (k % share.of === share.index) {
      await compute.call("analyse", input, options);
      shell.print(`${title}: ${id}, ${took()}`);
    }
  }
}

/** @throws UserError "sweep/missing" before anything is written */
async function merge(
  { compute, devices, runs, shell }: Work,
  wanted: readonly Wanted[],
): Promise<void> {
  const { signal } = shell;
  const ready = [];
  for (const { id, spec } of wanted) {
    const { spec: here, notices } = await settled(spec, devices, signal);
    const input = { ...here, id, folder: runs.folderOf(id), notices };
    const missing = await compute.call("missingParts", input, { signal });
    const names = missing ?? [`the whole of ${id}`];
    if (names.length > 0) throw notThere(definitionOf(spec.analysis).title, names);
    ready.push(input);
  }
  for (const input of ready) {
    const joined = { ...input, shared: true };
    await compute.call("analyse", joined, { signal, onProgress: progressOrLog(shell) });
    shell.print(join(input.folder, "run.json"));
  }
}

const MOST_NAMED = 5;

function notThere(title: string, names: readonly string[]): UserError {
  const rest = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  const what = names.length === 1 ? "One part is" : `${names.length} parts are`;
  return new UserError(
    "sweep/missing",
    `${title}: ${what} not there yet: ${names.slice(0, MOST_NAMED).join(", ")}${rest}.`,
    { todo: "Run all shares with the same options; what they finished is not computed again." },
  );
}
