/** ONNX's own single-operator cases: whatever the program claims to support, it computes as the standard says. */
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { afterAll, expect, test } from "vitest";
import { fromFloat64 } from "../../../shared/tensor";
import { converters } from "../../graph/onnx/import/nodes";
import { encodeMessage } from "../../graph/onnx/message";
import { tensorProto } from "../../graph/onnx/schema";
import { toTensorProto } from "../../graph/onnx/tensors";
import { smallModel } from "../../graph/onnx/testing";
import { createExecutor } from "../../runtime/executors";
import { readCases } from "./cases";
import { judge } from "./judge";

const archive = join(import.meta.dirname, "../../../../fixtures/onnx-node-tests.tar.gz");

/** Supported when this was written; more is welcome. */
const SUPPORTED = 429;

for (const id of ["reference", "onnxruntime", "tfjs"] as const) {
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

test("OPERATORS.md lists what is read, no more and no less", async () => {
  const text = await readFile(join(import.meta.dirname, "OPERATORS.md"), "utf8");
  const rows = text.split("\n\n").find((part) => part.startsWith("| family"))!;
  const listed = rows
    .split("\n")
    .slice(2)
    .flatMap((row) => row.split("|")[2]!.trim().split(" "));
  expect(listed.sort()).toEqual(Object.keys(converters).sort());
});

test("an archive that unpacks to a thousand times its size is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  const path = join(folder, "zeros.tar.gz");
  const entries = pack();
  const zeros = Buffer.alloc(2 ** 26 + 2 ** 24);
  entries.entry({ name: "test/model.onnx" }, zeros);
  entries.finalize();
  await pipeline(entries, createGzip(), createWriteStream(path));
  await expect(readCases(path)).rejects.toThrow(
    /zeros\.tar\.gz is no sound .*unpacks to more than/,
  );
  await rm(folder, { recursive: true });
});

test.each([
  ["an exact zero", 0, 0.99e-7, "pass"],
  ["a zero off by rounding beside a large element", 0, 1.9e-7, "fail"],
  ["a large element", 54, 54 * 1.0009, "pass"],
  ["a large element", 54, 54 * 1.0011, "fail"],
])("%s: for %f expected, %f is a %s", async (_, expected, found, result) => {
  const bytes = (...values: number[]): Uint8Array =>
    encodeMessage(tensorProto, toTensorProto("", fromFloat64("float32", [2], values)));
  const verdict = await judge(
    {
      name: "test_identity",
      model: smallModel({
        inputs: { x: [2] },
        outputs: ["y"],
        nodes: [{ op: "Identity", inputs: ["x"], outputs: ["y"] }],
      }),
      sets: [{ inputs: [bytes(found, 54)], outputs: [bytes(expected, 54)] }],
    },
    createExecutor("reference"),
  );
  expect(verdict.result).toBe(result);
});
