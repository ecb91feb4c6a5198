/**
 * A large network opened and differentiated: 3,000 nodes and 100 MB of weights, written here, imported at one
 * sample, its loss differentiated with respect to every parameter.
 *
 *     npx tsx bench/import.ts [--nodes 3000] [--megabytes 100]
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Builder } from "../src/main/graph/builder";
import { grad } from "../src/main/graph/grad";
import { topologicalOrder } from "../src/main/graph/ir";
import { smallModel, type SmallNode } from "../src/main/graph/onnx/testing";
import { openModel } from "../src/main/models";
import type { Tensor } from "../src/shared/tensor";

const { values: options } = parseArgs({
  options: {
    nodes: { type: "string", default: "3000" },
    megabytes: { type: "string", default: "100" },
  },
});
/** Nodes of one residual block: normalisation, product, bias, activation, sum. */
const PER_BLOCK = 5;
const blocks = Math.round(Number(options.nodes) / PER_BLOCK);
const width = Math.round(Math.sqrt((Number(options.megabytes) * 1e6) / 4 / blocks));

function weights(shape: readonly number[], scale: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, (_, i) => scale * Math.sin(i * 12.9898));
  return { dtype: "float32", shape, data };
}

const nodes: SmallNode[] = [];
const initializers: Record<string, Tensor> = {};
let x = "x";
for (let k = 0; k < blocks; k++) {
  const own = (name: string): string => `blocks.${k}.${name}`;
  Object.assign(initializers, {
    [own("scale")]: weights([width], 1),
    [own("shift")]: weights([width], 0.1),
    [own("weight")]: weights([width, width], 1 / width),
    [own("bias")]: weights([width], 0.1),
  });
  const step = (op: string, inputs: string[], output: string): string => {
    nodes.push({ op, name: own(op), inputs, outputs: [own(output)] });
    return own(output);
  };
  const normal = step("LayerNormalization", [x, own("scale"), own("shift")], "normal");
  const product = step("MatMul", [normal, own("weight")], "product");
  const shifted = step("Add", [product, own("bias")], "shifted");
  x = step("Add", [x, step("Gelu", [shifted], "active")], "y");
}
const folder = mkdtempSync(join(tmpdir(), "noetherscope-import-"));
try {
  const path = join(folder, "large.onnx");
  writeFileSync(
    path,
    smallModel({ opset: 20, inputs: { x: ["batch", width] }, outputs: [x], nodes, initializers }),
  );
  const megabytes = statSync(path).size / 1e6;
  process.stdout.write(`${nodes.length} nodes, ${megabytes.toFixed(0)} MB\n`);
  const timed = async <T>(what: string, run: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await run();
    const seconds = (performance.now() - start) / 1000;
    total += seconds;
    process.stdout.write(`${what.padEnd(28)} ${seconds.toFixed(2)} s\n`);
    return result;
  };
  let total = 0;
  const model = await timed("opened, parameters found", () => openModel(path));
  const graph = await timed("imported at one sample", () => model.graph(1));
  await timed("differentiated", () => {
    const g = new Builder();
    const y = graph.outputs[0]!.value;
    const loss = g.sum(g.mul(y, y));
    const wrt = graph.inputs.filter(
      ({ source }) => source.kind === "input" && source.role === "parameter",
    );
    const gradients = grad(g, loss, wrt);
    process.stdout.write(
      `${wrt.length} gradients, ${topologicalOrder([loss, ...gradients]).length} nodes\n`,
    );
  });
  process.stdout.write(`${"together".padEnd(28)} ${total.toFixed(2)} s\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
