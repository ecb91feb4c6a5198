/** `noetherscope model test` */
import { resolve } from "node:path";
import { UserError } from "../../../../shared/errors";
import { Devices } from "../../../compute/devices";
import type { ConformanceRow } from "../../../compute/tasks/conformance";
import { UsageError, type Command } from "../command";
import { progressLine } from "./shared";

const known = ["onnxruntime", "tfjs", "reference"] as const;

export const modelTest: Command = {
  name: "model test",
  summary: "ONNX's conformance cases, on each executor.",
  takes: "DIR|ARCHIVE.tar.gz…",
  options: {
    executor: { value: "ID,…", help: "Which executors.", default: known.join(",") },
    device: { value: "ID", help: "Where onnxruntime computes, as for model run.", default: "cpu" },
  },
  details:
    "A folder (or archive of folders) has model.onnx and test_data_set_*/input_*.pb and output_*.pb. Bounds are ONNX's: relative 1e-3, absolute 1e-7.",
  example: "noetherscope model test fixtures/onnx-node-tests.tar.gz --executor reference",
  async run(args, shell) {
    const executors = args
      .given("executor")
      .split(",")
      .map((id) => {
        const found = known.find((one) => one === id.trim());
        if (found === undefined)
          throw new UsageError(`--executor takes ${known.join(", ")}, not “${id}”.`);
        return found;
      });
    const compute = await shell.compute();
    const wanted = {
      executor: "onnxruntime",
      device: args.given("device"),
      fallback: false,
    } as const;
    const { target } = await new Devices(compute).settle(wanted, shell.signal);
    const counts = { pass: 0, fail: 0, unsupported: 0 };
    for (const path of args.positionals) {
      const rows = await compute.call(
        "conformance",
        { path: resolve(path), executors, device: target.device },
        { signal: shell.signal, onProgress: progressLine(shell) },
      );
      for (const row of rows) {
        counts[row.verdict.result]++;
        shell.print(lineOf(row));
      }
    }
    shell.print(`${counts.pass} passed, ${counts.fail} failed, ${counts.unsupported} unsupported`);
    if (counts.fail > 0) {
      throw new UserError("conformance/failed", `${counts.fail} of ONNX's cases failed.`);
    }
  },
};

/** `test_abs onnxruntime: pass` */
function lineOf({ name, executor, verdict }: ConformanceRow): string {
  const head = `${name} ${executor}:`;
  switch (verdict.result) {
    case "pass":
      return `${head} pass`;
    case "fail": {
      const { error } = verdict;
      return `${head} fail ${typeof error === "number" ? error.toExponential(1) : error}`;
    }
    case "unsupported":
      return `${head} unsupported ${verdict.operator} ${verdict.why}`;
  }
}
