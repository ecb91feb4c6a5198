/**
 * Where a run's time goes, operator by operator: onnxruntime's own profile of one of our graphs, summed by operator and
 * by operator and shapes. Of several runs each node's least time counts, so that other work on the machine does not.
 *
 *     npx tsx bench/profile.ts forward|step|gradients|tangents FOLDER [--width 4] [--rounds 4] [--threads 2] [--top 25] [--plain]
 *
 * FOLDER is one that `peer.py make` filled. `width`: samples of a batch or of a gradient run, directions of a tangent run.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { gradientGraph } from "../src/main/analyses/gradients";
import { sampleNetwork } from "../src/main/analyses/network";
import { tangentGraph } from "../src/main/analyses/tangents";
import { Builder } from "../src/main/graph/builder";
import { inputName, type Graph } from "../src/main/graph/ir";
import { hoisted } from "../src/main/graph/hoist";
import { encodeModel } from "../src/main/graph/onnx/encode";
import { simplify } from "../src/main/graph/simplify";
import { withWinograd } from "../src/main/graph/winograd";
import { openModel } from "../src/main/models";
import { plainStep, stepGraph } from "../src/main/training/step";
import { sizeOf } from "../src/shared/tensor";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: "string", default: "4" },
    rounds: { type: "string", default: "4" },
    threads: { type: "string", default: "2" },
    top: { type: "string", default: "25" },
    plain: { type: "boolean", default: false },
  },
});
const [what, source] = positionals;
const width = Number(options.width);
const model = await openModel(join(source!, "model.onnx"));

/** Without the part that is run once a sample. */
function eachTangent(): Graph {
  const graph = simplify(tangentGraph(sampleNetwork(model), width));
  const directions = graph.inputs.map(inputName).filter((name) => name.startsWith("$v"));
  return hoisted(graph, new Set(directions)).each;
}

function graphOf(name: string): { graph: Graph; bound: boolean } {
  switch (name) {
    case "forward":
      return { graph: model.graph(width), bound: true };
    case "step":
      return { graph: stepGraph(new Builder(), model.graph(width), plainStep), bound: false };
    case "gradients":
      return { graph: gradientGraph(sampleNetwork(model), "mse", width), bound: true };
    case "tangents":
      return { graph: eachTangent(), bound: true };
    default:
      throw new Error(`${name} is none of forward, step, gradients, tangents`);
  }
}

const { graph, bound } = graphOf(what!);
const plain = simplify(graph);
const simple = options.plain ? plain : withWinograd(plain).graph;
const bind = bound ? model.parameters : new Map<string, never>();
const folder = mkdtempSync(join(tmpdir(), "noetherscope-profile-"));
const session = await InferenceSession.create(encodeModel(simple, { bind }), {
  graphOptimizationLevel: "all",
  enableMemPattern: false,
  intraOpNumThreads: Number(options.threads),
  enableProfiling: true,
  profileFilePrefix: join(folder, "profile"),
  extra: { session: { intra_op: { allow_spinning: "0" } } },
});
const feeds = Object.fromEntries(
  simple.inputs
    .filter((value) => !bind.has(inputName(value)))
    .map((value) => {
      // Positive, for some are second moments.
      const data = Float32Array.from({ length: sizeOf(value.shape) }, () => Math.random());
      return [inputName(value), new OrtTensor("float32", data, value.shape)];
    }),
);
for (let round = 0; round < Number(options.rounds); round++) await session.run(feeds);
session.endProfiling();
await session.release();

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: readonly Record<string, readonly number[]>[];
  };
}

/** Microseconds of each node: the least of its runs. */
const nodes = new Map<string, { op: string; shapes: string; least: number }>();
const events = JSON.parse(
  readFileSync(join(folder, readdirSync(folder)[0]!), "utf8"),
) as readonly Event[];
for (const { cat, name, dur, args } of events) {
  if (cat !== "Node" || !name.endsWith("_kernel_time")) continue;
  const shapes = (args?.input_type_shape ?? []).map(
    (type) => `[${Object.values(type)[0]?.join()}]`,
  );
  const known = nodes.get(name);
  const least = Math.min(known?.least ?? Infinity, dur);
  nodes.set(name, { op: args?.op_name ?? "?", shapes: shapes.join(" "), least });
}
rmSync(folder, { recursive: true });

const total = [...nodes.values()].reduce((sum, { least }) => sum + least, 0);
console.log(`${what}, width ${width}: ${nodes.size} nodes, ${(total / 1000).toFixed(1)} ms\n`);
for (const label of [
  ({ op }: { op: string }) => op,
  ({ op, shapes }: { op: string; shapes: string }) => `${op} ${shapes}`,
]) {
  const sums = new Map<string, { time: number; count: number }>();
  for (const node of nodes.values()) {
    const before = sums.get(label(node)) ?? { time: 0, count: 0 };
    sums.set(label(node), { time: before.time + node.least, count: before.count + 1 });
  }
  const rows = [...sums].sort(([, a], [, b]) => b.time - a.time).slice(0, Number(options.top));
  for (const [name, { time, count }] of rows) {
    const share = `${((100 * time) / total).toFixed(1)} %`.padStart(7);
    console.log(
      `${(time / 1000).toFixed(2).padStart(9)} ms ${share} ${String(count).padStart(5)} × ${name}`,
    );
  }
  console.log();
}
