/** A graph as a session of onnxruntime on a device, and as another one where the device refuses an operator. */
import type * as OnnxRuntime from "onnxruntime-node";
import type { InferenceSession } from "onnxruntime-node";
import { fromFloat64, toFloat64, type DType, type Tensor } from "../../../shared/tensor";
import { inputName, mirroredOrder, type Graph } from "../../graph/ir";
import { encodeModel } from "../../graph/onnx/encode";
import { withoutConvWeight } from "../../graph/weightProducts";
import { withWinograd } from "../../graph/winograd";
import type { Placement } from "../executor";
import { takeFeeds } from "../feeds";
import { failed, isFusionFault, refused, refusedOperator } from "./failure";
import { Profile } from "./placement";
import type { Provider } from "./providers";

/** What the sessions of one executor have in common. */
export interface Runtime {
  readonly ort: typeof OnnxRuntime;
  /** Inside one operator. */
  readonly threads: number;
  readonly provider: Provider;
  readonly index: number;
  /** Not the CPU: what has no kernel there falls to the CPU, and the thing itself can be lost. */
  readonly isDevice: boolean;
  /** Operators that the device has turned out to refuse in some form: they are left to the CPU. */
  readonly refused: Set<string>;
  /** Of each program that has run on a device. */
  readonly placements: Placement[];
}

type Feeds = Readonly<Record<string, OnnxRuntime.Tensor>>;
/** By output: where it is to be written, null for a new tensor. */
type Fetches = Readonly<Record<string, OnnxRuntime.Tensor | null>>;

/**
 * Threads that have nothing to do sleep instead of polling. Each session has threads of its own, so polling makes the
 * sessions of one analysis, or a question beside a job, take cores from each other: three small networks run in turn
 * took 6.4 s against 1.6 on two cores that had other work, 1.7 against 0.9 on cores that had little.
 */
const asleep = { "session.intra_op.allow_spinning": "0" };

export class Session {
  readonly #runtime: Runtime;
  readonly #graph: Graph;
  readonly #bound: ReadonlyMap<string, Tensor>;
  readonly #sparing: boolean;
  /** Fed at each run beside what callers feed. */
  readonly #own: Feeds;
  #native: InferenceSession | null = null;
  /** Left to the CPU in the session that there is. */
  #left: ReadonlySet<string> = new Set();
  /** Until the first run on a device. */
  #profile: Profile | null = null;

  private constructor(
    runtime: Runtime,
    graph: Graph,
    bound: ReadonlyMap<string, Tensor>,
    sparing: boolean,
  ) {
    this.#runtime = runtime;
    // A device has its own ways to convolve.
    const form = runtime.isDevice ? { graph, feeds: new Map() } : withWinograd(graph);
    this.#graph = withoutConvWeight(form.graph);
    this.#own = Object.fromEntries(
      [...form.feeds].map(([name, { dtype, data, shape }]) => [
        name,
        new runtime.ort.Tensor(dtype, data as Float32Array, shape),
      ]),
    );
    this.#bound = bound;
    this.#sparing = sparing;
  }

  /** @param bind values of inputs that become constants */
  static async create(
    runtime: Runtime,
    graph: Graph,
    bind: ReadonlyMap<string, Tensor> = new Map(),
    sparing = false,
  ): Promise<Session> {
    const bound = new Map<string, Tensor>();
    for (const input of graph.inputs) {
      const tensor = bind.get(inputName(input));
      if (tensor === undefined) continue;
      takeFeeds([input], bind);
      bound.set(inputName(input), convert(tensor, input.dtype));
    }
    const session = new Session(runtime, graph, bound, sparing);
    await session.#open();
    return session;
  }

  /**
   * Outputs by name. Kernels of a device may refuse some form of an operator only when they run, as WebGPU's MaxPool
   * does its indices; that operator is then left to the CPU, by this session and all that follow.
   */
  async run(feeds: Feeds, fetches: Fetches): Promise<InferenceSession.OnnxValueMapType> {
    const { provider, isDevice, refused, placements } = this.#runtime;
    for (;;) {
      if (this.#native === null) throw new Error("this session has been released");
      try {
        const results = await this.#native.run({ ...feeds, ...this.#own }, fetches);
        if (this.#profile !== null) placements.push(this.#profile.finish(this.#native));
        this.#profile = null;
        return results;
      } catch (error) {
        const operator = isDevice && provider.canLeave ? refusedOperator(error) : null;
        if (operator === null || this.#left.has(operator)) throw failed(error, provider, isDevice);
        refused.add(operator);
        await this.#native.release();
        await this.#open();
      }
    }
  }

  async release(): Promise<void> {
    const native = this.#native;
    this.#native = null;
    await native?.release();
    this.#profile?.discard();
  }

  async #open(): Promise<void> {
    const { ort, threads, provider, index, isDevice } = this.#runtime;
    this.#left = new Set(this.#runtime.refused);
    this.#profile?.discard();
    this.#profile = isDevice ? new Profile() : null;
    const { extra, ...chosen } = provider.session(index, namesOf(this.#graph, this.#left));
    const open = (graphOptimizationLevel: "all" | "basic"): Promise<InferenceSession> =>
      ort.InferenceSession.create(
        // onnxruntime goes back from the last node through the last inputs first. Written in the plain order, a chain of
        // tangents waited while the weights' share of all layers was made (eight at once: 219 MB, so 160).
        encodeModel(this.#graph, { bind: this.#bound, order: mirroredOrder }),
        {
          graphOptimizationLevel,
          executionMode: "sequential",
          // One block planned for a whole run is larger than what the arena reuses on the way (resident memory of the
          // process 666 MB against 440 on a U-Net's tangents, eight at once) and no faster: shapes are static, so the
          // arena finds the same pieces every time.
          enableMemPattern: false,
          // The arena keeps the pieces that it has cut. A gradient in segments (a U-Net of a million parameters, eight
          // samples) took 494 MB instead of 560 with it, and 406 without.
          enableCpuMemArena: !this.#sparing,
          logSeverityLevel: 4,
          intraOpNumThreads: threads,
          ...chosen,
          ...this.#profile?.options,
          extra: { ...extra, ...asleep },
        },
      );
    try {
      this.#native = await open("all").catch((error: unknown) => {
        if (!isFusionFault(error)) throw error;
        return open("basic");
      });
    } catch (error) {
      this.#native = null;
      this.#profile?.discard();
      throw refused(error, provider, isDevice);
    }
  }
}

/** What the encoder calls the nodes of these operators. */
function namesOf(graph: Graph, operators: ReadonlySet<string>): string[] {
  if (operators.size === 0) return [];
  const counts = new Map<string, number>();
  return mirroredOrder(graph.outputs.map(({ value }) => value)).flatMap(({ op }) => {
    const count = counts.get(op) ?? 0;
    counts.set(op, count + 1);
    return operators.has(op) ? [`${op}_${count}`] : [];
  });
}

export function convert(tensor: Tensor, dtype: DType): Tensor {
  return tensor.dtype === dtype ? tensor : fromFloat64(dtype, tensor.shape, toFloat64(tensor));
}
