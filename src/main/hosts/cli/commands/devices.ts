/** `noetherscope devices` */
import type { Command } from "../command";
import { json, jsonOption, table } from "./shared";

export const devices: Command = {
  name: "devices",
  summary: "Executors and devices, ready or why not, and their measured speed.",
  options: jsonOption,
  example: "noetherscope devices",
  async run(args, shell) {
    const compute = await shell.compute();
    const found = await compute.call("devices", { measure: true }, { signal: shell.signal });
    if (args.flag("json")) return shell.print(json(found));
    shell.print(
      table(
        found.map(({ id, name, ready, reason, deviation, gflops }) => [
          id,
          name,
          ready ? "ready" : (reason ?? "not ready"),
          deviation === null ? "" : `agrees with float64 to ${deviation.toExponential(1)}`,
          gflops === null ? "" : `${gflops.toPrecision(2)} · 10⁹ multiply–adds a second`,
        ]),
      ),
    );
  },
};
