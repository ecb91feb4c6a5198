/** ONNX's own single-operator cases: whatever the program claims to support, it computes as the standard says. */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createExecutor } from "../../runtime/executors";
import { readCases } from "./cases";
import { judge } from "./judge";

const archive = join(import.meta.dirname, "../../../../fixtures/onnx-node-tests.tar.gz");

/** Supported when this was written; more is welcome. */
const SUPPORTED = 415;

for (const id of ["reference", "onnxruntime"] as const) {
  const executor = createExecutor(id, { threads: 1 });
  afterAll(() => executor.dispose());

  test(`no case fails on ${id}`, async () => {
    const verdicts = [];
    for (const each of await readCases(archive)) {
      verdicts.push({ name: each.name, ...(await judge(each, executor)) });
    }
    expect(verdicts.filter(({ result }) => result === "fail")).toEqual([]);
    expect(verdicts.filter(({ result }) => result === "pass").length).toBeGreaterThanOrEqual(
      SUPPORTED,
    );
  });
}
