import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../shared/errors";
import { importGraph } from "./import";
import { parseOnnx } from "./model";
import { encodeMessage } from "./message";
import { mutated, refusalOf } from "./mutate.testing";
import { modelProto, type ModelProto } from "./schema";

const seed = 20261121;
const fixtures = join(import.meta.dirname, "../../../../fixtures");
const mlp = new Uint8Array(readFileSync(join(fixtures, "mlp/model.onnx")));
const functions = new Uint8Array(readFileSync(join(fixtures, "mlp/model_functions.onnx")));

/** The code of the UserError that importing these bytes ends with; undefined if they import. */
function refusal(bytes: Uint8Array): string | undefined {
  try {
    importGraph(parseOnnx(bytes, "net.onnx"), { batch: 2 });
    return undefined;
  } catch (error) {
    if (error instanceof UserError) {
      expect(error.message).toMatch(/^[^\n]+\.$/);
      return error.code;
    }
    throw error;
  }
}

describe("damaged files", () => {
  test("of random bytes are refused with a sentence", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(refusal(bytes)).toBeDefined();
      }),
      { seed, numRuns: 500 },
    );
  });

  test.each([
    ["a plain network", mlp],
    ["one with functions", functions],
  ])("with single bytes changed either import or are refused: %s", (_, original) => {
    // Most of the file is numbers, which may change freely: names, shapes and structure are at its two ends.
    const place = fc.oneof(fc.nat(1200), fc.nat(original.length - 1));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (changes) => {
          const bytes = original.slice();
          for (const [at, value] of changes) bytes[at] = value;
          refusal(bytes);
        },
      ),
      { seed, numRuns: 600 },
    );
  });

  test("cut short are refused at every length", () => {
    for (let length = 0; length < mlp.length; length += 37) {
      expect(refusal(mlp.slice(0, length)), `${length} bytes`).toBeDefined();
    }
    expect(refusal(mlp.slice(0, mlp.length - 1))).toBe("onnx/truncated");
  });

  test("of other formats are not ONNX", () => {
    const other = new Uint8Array(readFileSync(join(fixtures, "mlp/weights.safetensors")));
    expect(refusal(other)).toBe("onnx/not-onnx");
    expect(refusal(new TextEncoder().encode("<html><body>404</body></html>"))).toBe(
      "onnx/not-onnx",
    );
    expect(refusal(new Uint8Array())).toBe("onnx/not-onnx");
  });
});

describe("files damaged at random, in their bytes or in what they say,", () => {
  test.each([
    ["a plain network", mlp],
    ["one with functions", functions],
  ])("import or are refused with one sentence: %s", (_, original) => {
    fc.assert(
      fc.property(fc.nat(), (draw) => {
        const bytes = mutated(original, draw);
        const open = (): unknown => importGraph(parseOnnx(bytes, "net.onnx"), { batch: 1 });
        expect(refusalOf(open).fault).toBeUndefined();
      }),
      { seed, numRuns: 1000 },
    );
  });
});

describe("hostile files", () => {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
  /** A field of `content`, after `before` within its message. */
  const field = (number: number, content: Uint8Array): Uint8Array => {
    const head = [number * 8 + 2, ...varint(content.length)];
    const bytes = new Uint8Array(head.length + content.length);
    bytes.set(head);
    bytes.set(content, head.length);
    return bytes;
  };
  const file = (graph: Uint8Array): Uint8Array => {
    const bytes = field(7, graph);
    const head = Uint8Array.of(8, 8, 0x42, 2, 16, 17);
    const whole = new Uint8Array(head.length + bytes.length);
    whole.set(head);
    whole.set(bytes, head.length);
    return whole;
  };
  const MANY = 2 ** 24;

  /** Refused within a second of processor time, and with no more than twice the file's bytes, plus what any file may take. */
  function expectCheap(bytes: Uint8Array, code: string, message: RegExp): void {
    const before = process.memoryUsage();
    const start = process.cpuUsage();
    let refusal: unknown;
    try {
      parseOnnx(bytes, "net.onnx");
    } catch (error) {
      refusal = error;
    }
    const after = process.memoryUsage();
    expect(process.cpuUsage(start).user).toBeLessThan(1e6);
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(grown).toBeLessThan(2 * bytes.length + 2 ** 27);
    expect(refusal).toMatchObject({ code, message: expect.stringMatching(message) as string });
  }

  test("of nothing but empty nodes are refused before these outgrow the file", () => {
    const nodes = new Uint8Array(MANY);
    for (let i = 0; i < MANY; i += 2) nodes[i] = 0x0a;
    expectCheap(file(nodes), "onnx/not-onnx", /more structure than any network has/);
  });

  test("with a list of millions of axes are refused", () => {
    const dims = field(5, field(1, new Uint8Array(MANY)));
    expectCheap(file(dims), "onnx/not-onnx", /more structure than any network has/);
  });

  test("with millions of elements for a shape of three are refused before they are read", () => {
    const tensor = Uint8Array.of(8, 3, 16, 7);
    const list = field(7, new Uint8Array(MANY));
    const both = new Uint8Array(tensor.length + list.length);
    both.set(tensor);
    both.set(list, tensor.length);
    expectCheap(
      file(field(5, both)),
      "onnx/tensor",
      /16777216 elements where its shape \[3\] needs 3/,
    );
  });

  test("that claim two gigabytes are cut short", () => {
    const claim = Uint8Array.of(8, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0a);
    expectCheap(claim, "onnx/truncated", /2147483647 bytes wanted where 1 are left/);
  });

  test("nested two thousand deep are refused", () => {
    let graph: Uint8Array = new Uint8Array();
    for (let depth = 0; depth < 2_000; depth++) {
      graph = field(1, field(5, field(6, graph)));
    }
    expectCheap(file(graph), "onnx/not-onnx", /nested too deeply/);
  });
});

/** A model of few nodes; what is left out takes the defaults. */
function model(parts: {
  opset?: number;
  nodes?: object[];
  inputs?: object[];
  output?: string;
}): Uint8Array {
  const { opset = 17, nodes = [], inputs = [tensorInput("x", [2, 3])], output = "y" } = parts;
  return encodeMessage<ModelProto>(modelProto, {
    irVersion: 8,
    opsetImport: [{ domain: "", version: opset }],
    graph: {
      node: nodes,
      input: inputs,
      output: [{ name: output }],
    } as unknown as ModelProto["graph"],
  });
}

function tensorInput(name: string, shape: readonly number[]): object {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: 1, shape: { dim } } } };
}

describe("contradictory networks", () => {
  test.each<[string, Parameters<typeof model>[0], string, RegExp]>([
    ["of a newer opset", { opset: 99 }, "onnx/opset", /version 99/],
    [
      "with an unknown operator",
      { nodes: [{ opType: "Frobnicate", name: "here", input: ["x"], output: ["y"] }] },
      "onnx/unsupported",
      /Frobnicate \(node here\)/,
    ],
    [
      "with a loop without body",
      { nodes: [{ opType: "Loop", name: "here", input: ["x"], output: ["y"] }] },
      "onnx/malformed",
      /node here \(Loop\) is malformed: the graph body is missing/,
    ],
    [
      "with a circle",
      {
        nodes: [
          { opType: "Relu", name: "a", input: ["z"], output: ["y"] },
          { opType: "Relu", name: "b", input: ["y"], output: ["z"] },
        ],
      },
      "onnx/malformed",
      /out of order or form a circle/,
    ],
    [
      "that read what nothing makes",
      { nodes: [{ opType: "Relu", name: "a", input: ["nowhere"], output: ["y"] }] },
      "onnx/malformed",
      /"nowhere", which is made by nothing/,
    ],
    [
      "that make a value twice",
      {
        nodes: [
          { opType: "Relu", name: "a", input: ["x"], output: ["y"] },
          { opType: "Tanh", name: "b", input: ["x"], output: ["y"] },
        ],
      },
      "onnx/malformed",
      /made twice/,
    ],
    [
      "with an input too few",
      { nodes: [{ opType: "Add", name: "a", input: ["x"], output: ["y"] }] },
      "onnx/malformed",
      /input 2 is missing/,
    ],
    [
      "with shapes that do not fit",
      {
        inputs: [tensorInput("x", [2, 3]), tensorInput("w", [4, 5])],
        nodes: [{ opType: "MatMul", name: "a", input: ["x", "w"], output: ["y"] }],
      },
      "graph/shape",
      /MatMul \(node a\)/,
    ],
    [
      "whose shape is data",
      {
        nodes: [
          {
            opType: "Cast",
            name: "c",
            input: ["x"],
            output: ["s"],
            attribute: [{ name: "to", i: 7 }],
          },
          { opType: "Reshape", name: "r", input: ["x", "s"], output: ["y"] },
        ],
      },
      "onnx/dynamic-shape",
      /depends on the values of "x"/,
    ],
    ["without output", { output: "never" }, "onnx/malformed", /"never"/],
  ])("%s are refused by name", (_, parts, code, message) => {
    const run = (): unknown => importGraph(parseOnnx(model(parts), "net.onnx"));
    expect(run).toThrow(message);
    expect(run).toThrow(expect.objectContaining({ code }));
  });
});
