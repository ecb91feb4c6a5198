/**
 * Graphs on onnxruntime, on one of its devices. A graph is written as an ONNX model in memory and loaded as one
 * session; what neither the device nor the CPU has a kernel for (float64 convolutions, above all) is refused when the
 * session is made. `session.run` blocks its thread: callers keep this executor in a worker thread.
 */
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import type * as OnnxRuntime from "onnxruntime-node";
import type { InferenceSession } from "onnxruntime-node";
import { fromFloat64, toFloat64, type DType, type Tensor } from "../../../shared/tensor";
import { inputName, type Graph } from "../../graph/ir";
import { encodeModel } from "../../graph/onnx/encode";
import type { CompileOptions, Executor, Placement, Program } from "../executor";
import { takeFeeds } from "../feeds";
import { failed, refused } from "./failure";
import { Profile, together } from "./placement";
import { forbidTf32, providerOf, type Provider } from "./providers";

/** Loaded when an executor is first made: the library is large, and a system that cannot load it has the others. */
const load = (): typeof OnnxRuntime =>
  createRequire(import.meta.url)("onnxruntime-node") as typeof OnnxRuntime;

export interface OnnxRuntimeOptions {
  /** Threads inside one operator; by default as many as this process may use cores. */
  readonly threads?: number;
  /** "cpu" by default; "webgpu", "cuda:0", "dml:0", "coreml". */
  readonly device?: string;
}

/** What the sessions of one executor have in common. */
interface Runtime {
  readonly ort: typeof OnnxRuntime;
  readonly threads: number;
  readonly provider: Provider;
  readonly index: number;
  /** Not the CPU: what has no kernel there falls to the CPU, and the thing itself can be lost. */
  readonly isDevice: boolean;
  /** Of each program that has run on a device. */
  readonly placements: Placement[];
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
    placements: [],
  };
  const sessions = new Set<InferenceSession>();
  const release = async (session: InferenceSession): Promise<void> => {
    if (sessions.delete(session)) await session.release();
  };
  const where = provider.many ? `${provider.label} device ${index}` : provider.label;
  const using = id === "cpu" ? `, ${threads} thread${threads === 1 ? "" : "s"}` : "";
  return {
    id: "onnxruntime",
    description: `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}, ${where}${using}`,
    async compile(graph, options) {
      const profile = runtime.isDevice ? new Profile() : null;
      try {
        const session = await createSession(runtime, graph, options, profile);
        sessions.add(session);
        return program(runtime, graph, session, options, profile, async () => {
          await release(session);
          profile?.discard();
        });
      } catch (error) {
        profile?.discard();
        throw error;
      }
    },
    placement: () => (runtime.isDevice ? together(runtime.placements) : null),
    async dispose() {
      await Promise.all([...sessions].map(release));
    },
  };
}

async function createSession(
  { ort, threads, provider, index, isDevice }: Runtime,
  graph: Graph,
  { bind }: CompileOptions = {},
  profile: Profile | null,
): Promise<InferenceSession> {
  const bound = new Map<string, Tensor>();
  for (const input of graph.inputs) {
    const tensor = bind?.get(inputName(input));
    if (tensor !== undefined) {
      takeFeeds([input], new Map([[inputName(input), tensor]]));
      bound.set(inputName(input), convert(tensor, input.dtype));
    }
  }
  const { extra, ...chosen } = provider.session(index);
  try {
    return await ort.InferenceSession.create(encodeModel(graph, { bind: bound }), {
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      // One block planned for a whole run is larger than what the arena reuses on the way (resident memory of the
      // process 666 MB against 440 on a U-Net's tangents, eight at once) and no faster: shapes are static, so the
      // arena finds the same pieces every time.
      enableMemPattern: false,
      logSeverityLevel: 4,
      intraOpNumThreads: threads,
      ...chosen,
      ...profile?.options,
      extra: { ...extra, ...asleep },
    });
  } catch (error) {
    throw refused(error, provider, isDevice);
  }
}

/**
 * Threads that have nothing to do sleep instead of polling. Each session has threads of its own, so polling makes the
 * sessions of one analysis, or a question beside a job, take cores from each other: three small networks run in turn
 * took 6.4 s against 1.6 on two cores that had other work, 1.7 against 0.9 on cores that had little.
 */
const asleep = { "session.intra_op.allow_spinning": "0" };

function program(
  { ort, provider, isDevice, placements }: Runtime,
  graph: Graph,
  session: InferenceSession,
  { bind }: CompileOptions = {},
  profile: Profile | null,
  release: () => Promise<void>,
): Program {
  const fed = graph.inputs.filter((input) => bind?.has(inputName(input)) !== true);
  let profiled = profile === null;
  return {
    inputs: fed.map(inputName),
    outputs: graph.outputs.map((output) => output.name),
    async run(feeds) {
      const tensors = takeFeeds(fed, feeds);
      const given = Object.fromEntries(
        fed.map((input, i) => [inputName(input), toOrt(ort, convert(tensors[i]!, input.dtype))]),
      );
      let results: OnnxRuntime.InferenceSession.OnnxValueMapType;
      try {
        // The binding runs the session in a macrotask of its own, so the event loop turns between runs.
        results = await session.run(given);
      } catch (error) {
        throw failed(error, provider, isDevice);
      }
      if (!profiled) {
        profiled = true;
        placements.push(profile!.finish(session));
      }
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
