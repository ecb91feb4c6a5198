/** `noetherscope model project` */
import { resolve } from "node:path";
import { repairs, type Repair } from "../../../../shared/analyses/conservation";
import { UsageError, type Command } from "../command";
import { assertNoFile, forceOption, pathOf, weightsOption } from "./shared";

const choices = repairs.flatMap(({ value }) => (value === "none" ? [] : [value]));

export const modelProject: Command = {
  name: "model project",
  summary: "Write a network whose every step keeps what it should.",
  takes: "MODEL",
  details:
    "The repair is appended to the network’s graph, so the file runs wherever .onnx files run. What is kept is read off the input: ∫u (linear, scaling, zero-frequency), ∫u² (quadratic), both (joint); group-average gives the network a group’s symmetry. States are fields on a periodic grid or sums over particles with the channels last.",
  options: {
    ...weightsOption,
    repair: { value: choices.join("|"), help: "What a step keeps.", required: true },
    fields: { value: "SPEC", help: "Channel groups in order, if the model’s file states none." },
    "repair-fields": {
      value: "NAMES",
      help: "Fields that are held; densities, or all where there are none, unless named.",
      default: "",
    },
    "average-over": { value: "GROUP", help: "Of group-average.", default: "d4" },
    normalise: {
      value: "HOW",
      help: "The variables that the network works in, in numbers (density=1.5+-0.2) or a file of mean and std; auto: as it was trained here. They are built into the file that is written.",
      default: "auto",
    },
    pad: {
      value: "HOW",
      help: "Cells around its input, like circular:4, built in as well; auto: as it was trained here.",
      default: "auto",
    },
    predicts: { value: "state|change", help: "What the network predicts: the next state, or the change to it.", default: "state" }, // prettier-ignore
    states: {
      value: "line|particles",
      help: "What states of two axes are, where neither fields nor numbers tell: [channel, x] or [particle, channel].",
    },
    batch: { value: "N", help: "Of a network that cannot take any batch.", default: "1" },
    out: { value: "FILE", help: "The .onnx to write.", required: true },
    ...forceOption,
  },
  example:
    "noetherscope model project resources/examples/jets/plain.onnx --repair linear --out kept.onnx",
  async run(args, shell) {
    const repair = args.given("repair");
    if (!choices.some((choice) => choice === repair)) {
      throw new UsageError(`--repair is ${choices.join(", ")}, not “${repair}”.`);
    }
    const batch = Number(args.given("batch"));
    if (!Number.isInteger(batch) || batch < 1) {
      throw new UsageError(`--batch is a whole number from 1, not “${args.given("batch")}”.`);
    }
    const states = args.text("states") ?? null;
    if (states !== null && states !== "line" && states !== "particles") {
      throw new UsageError(`--states is line or particles, not “${states}”.`);
    }
    const predicts = args.given("predicts");
    if (predicts !== "state" && predicts !== "change") {
      throw new UsageError(`--predicts is state or change, not “${predicts}”.`);
    }
    const out = resolve(args.given("out"));
    if (!args.flag("force")) await assertNoFile(out);
    const compute = await shell.compute();
    const written = await compute.call(
      "projectModel",
      {
        model: resolve(args.positionals[0]!),
        weights: pathOf(args, "weights"),
        repair: repair as Exclude<Repair, "none">,
        fields: args.text("fields") ?? null,
        repairFields: args.given("repair-fields"),
        averageOver: args.given("average-over"),
        prepared: {
          normalise: args.given("normalise"),
          pad: args.given("pad"),
          predicts: predicts === "change" ? "change" : "state",
        },
        states,
        batch,
        out,
      },
      { signal: shell.signal },
    );
    const takes = written.batch === null ? "any batch" : `batches of ${written.batch}`;
    shell.print(`${out}: ${repair}, takes ${takes}.`);
  },
};
