/** `noetherscope data convert` */
import { resolve } from "node:path";
import { UsageError, type Command } from "../command";
import {
  assertNoFile,
  dataOptionFlags,
  dataOptionsOf,
  forceOption,
  json,
  jsonOption,
  progressLine,
} from "./shared";

export const dataConvert: Command = {
  name: "data convert",
  summary: "Write a data file as .npz: states, times and positions.",
  takes: "IN OUT",
  options: {
    ...dataOptionFlags,
    trajectories: { value: "A:B", help: "Only these, counted from 0, the end left out." },
    times: { value: "A:B", help: "Only these states of each trajectory." },
    ...forceOption,
    ...jsonOption,
  },
  example:
    "noetherscope data convert fixtures/datasets/pdebench_swe_2d/2D_rdb_NA_NA.h5 swe.npz --times 0:3",
  async run(args, shell) {
    const [path, out] = args.positionals.map((one) => resolve(one)) as [string, string];
    if (!out.toLowerCase().endsWith(".npz")) {
      throw new UsageError("OUT is an .npz file: other layouts are not written.");
    }
    if (!args.flag("force")) await assertNoFile(out);
    const compute = await shell.compute();
    const written = await compute.call(
      "convertData",
      {
        path,
        options: dataOptionsOf(args),
        out,
        trajectories: args.text("trajectories") ?? "",
        times: args.text("times") ?? "",
      },
      { signal: shell.signal, onProgress: progressLine(shell) },
    );
    if (args.flag("json")) return shell.print(json({ path: out, ...written }));
    const size = written.axes.map((axis, i) => `${axis} ${written.shape[i]!}`).join(" × ");
    const more = written.arrays.slice(1).join(", ");
    shell.print(`${out}: states, ${size}${more === "" ? "" : `; ${more}`}`);
  },
};
