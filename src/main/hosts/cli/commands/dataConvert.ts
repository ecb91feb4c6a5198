/** `noetherscope data convert` */
import { resolve } from "node:path";
import { layoutNames } from "../../../data/convert";
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

/** Names shown before the rest is only counted. */
const MOST_ARRAYS = 8;

export const dataConvert: Command = {
  name: "data convert",
  summary: "Write a data file as .npz, or as HDF5 of The Well or PDEBench.",
  takes: "IN OUT",
  options: {
    ...dataOptionFlags,
    layout: {
      value: layoutNames.join("|"),
      help: "Of OUT: npz for .npz; for .h5 the-well, the usual one, or pdebench.",
    },
    trajectories: { value: "A:B", help: "Only these, counted from 0, the end left out." },
    times: { value: "A:B", help: "Only these states of each trajectory." },
    ...forceOption,
    ...jsonOption,
  },
  example:
    "noetherscope data convert fixtures/datasets/pdebench_swe_2d/2D_rdb_NA_NA.h5 swe.npz --times 0:3",
  async run(args, shell) {
    const [path, out] = args.positionals.map((one) => resolve(one)) as [string, string];
    if (!/\.(npz|h5|hdf5)$/i.test(out)) throw new UsageError("OUT ends in .npz, .h5 or .hdf5.");
    const named = args.text("layout");
    const layout = layoutNames.find((name) => name === named) ?? null;
    if (named !== undefined && layout === null) {
      throw new UsageError(`--layout is ${layoutNames.join(", ")}, not “${named}”.`);
    }
    for (const name of ["trajectories", "times"]) {
      if (args.text(name)?.includes(",") !== true) continue;
      throw new UsageError(`--${name} is one range a:b of what is written, or one number.`);
    }
    if (!args.flag("force")) await assertNoFile(out);
    const compute = await shell.compute();
    const written = await compute.call(
      "convertData",
      {
        path,
        options: dataOptionsOf(args),
        out,
        layout,
        trajectories: args.text("trajectories") ?? "",
        times: args.text("times") ?? "",
      },
      { signal: shell.signal, onProgress: progressLine(shell) },
    );
    if (args.flag("json")) return shell.print(json({ path: out, ...written }));
    for (const notice of written.notices) shell.remark(`Note: ${notice}`);
    const size = written.axes.map((axis, i) => `${axis} ${written.shape[i]!}`).join(" × ");
    const shown = written.arrays.slice(0, MOST_ARRAYS).join(", ");
    const more = written.arrays.length - MOST_ARRAYS;
    shell.print(`${out}: ${size}; ${shown}${more > 0 ? ` and ${more} more` : ""}`);
  },
};
