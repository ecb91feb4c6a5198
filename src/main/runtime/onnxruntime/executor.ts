/**
 * Graphs on onnxruntime's CPU provider. A graph is written as an ONNX model in memory and loaded as one session;
 * what the provider has no kernel for (float64 convolutions, above all) is refused when the session is made.
 * `session.run` blocks its thread: callers keep this executor in a worker thread.
 */
import { createRequire } from "node:module";
import type * as OnnxRuntime from "onnxruntime-node";
import type { InferenceSession } from "onnxruntime-node";
import { UserError } from "../../../shared/errors";
import { fromFloat64, toFloat64, type DType, type Tensor } from "../../../shared/tensor";
import { inputName, type Graph } from "../../graph/ir";
import { encodeModel } from "../../graph/onnx/encode";
import type { CompileOptions, Executor, Program } from "../executor";
import { takeFeeds } from "../feeds";

/** Loaded when an executor is first made: the library is large, and a system that cannot load it has the others. */
const load = (): typeof OnnxRuntime =>
  createRequire(import.meta.url)("onnxruntime-node") as typeof OnnxRuntime;

export interface OnnxRuntimeOptions {
  /** Threads inside one operator; all cores by default. */
  readonly threads?: number;
}

/** @throws Error where the native library cannot be loaded on this system */
export function createOnnxRuntimeExecutor({ threads }: OnnxRuntimeOptions = {}): Executor {
  const ort = load();
  const sessions = new Set<InferenceSession>();
  const release = async (session: InferenceSession): Promise<void> => {
    if (sessions.delete(session)) await session.release();
  };
  const using = threads === undefined ? "" : `, ${threads} thread${threads === 1 ? "" : "s"}`;
  return {
    id: "onnxruntime",
    description: `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}, CPU${using}`,
    async compile(graph, options) {
      const session = await createSession(ort, graph, options, threads);
      sessions.add(session);
      return program(ort, graph, session, options, () => release(session));
    },
    async dispose() {
      await Promise.all([...sessions].map(release));
    },
  };
}

async function createSession(
  ort: typeof OnnxRuntime,
  graph: Graph,
  { bind }: CompileOptions = {},
  threads: number | undefined,
): Promise<InferenceSession> {
  const bound = new Map<string, Tensor>();
  for (const input of graph.inputs) {
    const tensor = bind?.get(inputName(input));
    if (tensor !== undefined) {
      takeFeeds([input], new Map([[inputName(input), tensor]]));
      bound.set(inputName(input), convert(tensor, input.dtype));
    }
  }
  try {
    return await ort.InferenceSession.create(encodeModel(graph, { bind: bound }), {
      executionProviders: ["cpu"],
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      // One block planned for a whole run is larger than what the arena reuses on the way (resident memory of the
      // process 666 MB against 440 on a U-Net's tangents, eight at once) and no faster: shapes are static, so the
      // arena finds the same pieces every time.
      enableMemPattern: false,
      logSeverityLevel: 4,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    });
  } catch (error) {
    throw refused(error);
  }
}

/** onnxruntime's reasons are sentences already; only a missing kernel is something that a user can mend. */
function refused(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const missing = /Could not find an implementation for (\w+)\(\d+\) node with name '([^']*)'/.exec(
    message,
  );
  if (missing === null)
    return new Error(`onnxruntime refused a graph: ${message}`, { cause: error });
  return new UserError(
    "runtime/no-kernel",
    `onnxruntime has no kernel for ${missing[1]} with these element types (node ${missing[2]}).`,
    { where: missing[2]!, todo: "Use the reference executor.", cause: error },
  );
}

function program(
  ort: typeof OnnxRuntime,
  graph: Graph,
  session: InferenceSession,
  { bind }: CompileOptions = {},
  release: () => Promise<void>,
): Program {
  const fed = graph.inputs.filter((input) => bind?.has(inputName(input)) !== true);
  return {
    inputs: fed.map(inputName),
    outputs: graph.outputs.map((output) => output.name),
    async run(feeds) {
      const tensors = takeFeeds(fed, feeds);
      // The binding runs the session in a macrotask of its own, so the event loop turns between runs.
      const results = await session.run(
        Object.fromEntries(
          fed.map((input, i) => [inputName(input), toOrt(ort, convert(tensors[i]!, input.dtype))]),
        ),
      );
      return new Map(
        graph.outputs.map(({ name, value }) => {
          const data = results[name]!.data as Tensor["data"];
          return [name, { dtype: value.dtype, shape: value.shape, data }];
        }),
      );
    },
    dispose: release,
  };
}

function convert(tensor: Tensor, dtype: DType): Tensor {
  return tensor.dtype === dtype ? tensor : fromFloat64(dtype, tensor.shape, toFloat64(tensor));
}

function toOrt(ort: typeof OnnxRuntime, tensor: Tensor): OnnxRuntime.Tensor {
  return new ort.Tensor(tensor.dtype, tensor.data as Float32Array, tensor.shape);
}
