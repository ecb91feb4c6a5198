/**
 * Graphs on onnxruntime, on one of its devices. A graph is written as an ONNX model in memory and loaded as one
 * session; what neither the device nor the CPU has a kernel for (float64 convolutions, above all) is refused when the
 * session is made. `session.run` blocks its thread: callers keep this executor in a worker thread.
 */
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import type * as OnnxRuntime from "onnxruntime-node";
import { showType, type Tensor } from "../../../shared/tensor";
import { inputName, type Value } from "../../graph/ir";
import type { Executor } from "../executor";
import { takeFeeds } from "../feeds";
import { together } from "./placement";
import { forbidTf32, providerOf } from "./providers";
import { convert, Session, type Runtime } from "./session";

/** Loaded when an executor is first made: the library is large, and a system that cannot load it has the others. */
const load = (): typeof OnnxRuntime =>
  createRequire(import.meta.url)("onnxruntime-node") as typeof OnnxRuntime;

export interface OnnxRuntimeOptions {
  /** Threads inside one operator; by default as many as this process may use cores. */
  readonly threads?: number;
  /** "cpu" by default; "webgpu", "cuda:0", "dml:0", "coreml". */
  readonly device?: string;
}

/**
 * @throws Error where the native library cannot be loaded on this system; UserError "device/unknown", and when a graph
 * is compiled "device/absent" where the device cannot be started
 */
export function createOnnxRuntimeExecutor({
  threads = availableParallelism(),
  device = "cpu",
}: OnnxRuntimeOptions = {}): Executor {
  const { id, index, provider } = providerOf(device);
  if (id === "cuda") forbidTf32();
  const ort = load();
  const runtime: Runtime = {
    ort,
    threads,
    provider,
    index,
    isDevice: id !== "cpu",
    refused: new Set(),
    placements: [],
  };
  const cpu: Runtime = { ...runtime, provider: providerOf("cpu").provider, isDevice: false };
  const sessions = new Set<Session>();
  const where = provider.many ? `${provider.label} device ${index}` : provider.label;
  const count = `, ${threads} thread${threads === 1 ? "" : "s"}`;
  // Switched off twice over, and a card that rounds all the same is not let through by the probe.
  const using = { cpu: count, cuda: ", TF32 off" }[id as string] ?? "";
  return {
    id: "onnxruntime",
    description: `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}, ${where}${using}`,
    async compile(graph, { bind, sparing, onCpu = false } = {}) {
      const session = await Session.create(onCpu ? cpu : runtime, graph, bind, sparing);
      sessions.add(session);
      const fed = graph.inputs.filter((input) => bind?.has(inputName(input)) !== true);
      return {
        inputs: fed.map(inputName),
        outputs: graph.outputs.map((output) => output.name),
        async run(feeds, into = new Map()) {
          const tensors = takeFeeds(fed, feeds).map((tensor, i) => convert(tensor, fed[i]!.dtype));
          // The binding runs the session in a macrotask of its own, so the event loop turns between runs.
          const given = (name: string, value: Value): Tensor | undefined => {
            const tensor = into.get(name);
            return tensor !== undefined && showType(tensor) === showType(value)
              ? tensor
              : undefined;
          };
          const results = await session.run(
            Object.fromEntries(fed.map((input, i) => [inputName(input), toOrt(ort, tensors[i]!)])),
            Object.fromEntries(
              graph.outputs.map(({ name, value }) => {
                const tensor = given(name, value);
                return [name, tensor === undefined ? null : toOrt(ort, tensor)];
              }),
            ),
          );
          return new Map(
            graph.outputs.map(({ name, value }) => {
              const data = results[name]!.data as Tensor["data"];
              const own = { dtype: value.dtype, shape: value.shape, data };
              return [name, given(name, value) ?? own];
            }),
          );
        },
        async dispose() {
          if (sessions.delete(session)) await session.release();
        },
      };
    },
    placement: () => (runtime.isDevice ? together(runtime.placements) : null),
    async dispose() {
      await Promise.all([...sessions].map((session) => session.release()));
      sessions.clear();
    },
  };
}

function toOrt(ort: typeof OnnxRuntime, tensor: Tensor): OnnxRuntime.Tensor {
  return new ort.Tensor(tensor.dtype, tensor.data as Float32Array, tensor.shape);
}
