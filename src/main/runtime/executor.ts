/**
 * What runs a graph. Callers compile once and run many times; they never learn what is behind it.
 * One session a graph and shape, so callers keep shapes stable.
 */
import type { Tensor } from "../../shared/tensor";
import type { Graph } from "../graph/ir";

export type ExecutorId = "onnxruntime" | "tfjs" | "reference";

export interface CompileOptions {
  /**
   * Inputs held fixed for the life of the program (usually the parameters of an analysis): they become
   * constants, which lets onnxruntime fold and prepack them. They are not fed to `run`.
   */
  readonly bind?: ReadonlyMap<string, Tensor>;
  /** Prefer little memory to speed: what a run is done with goes back to the system at once, where that can be had. */
  readonly sparing?: boolean;
  /** On the CPU whatever the device: float64, which devices do not have. */
  readonly onCpu?: boolean;
}

export interface Program {
  /** Names that `run` wants, in order. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Evaluates the graph. Lets the event loop turn once before it returns, so that a cancel or a message can
   * arrive between runs. Floating-point outputs are float64 on the reference executor, whatever their nominal type.
   * @param feeds one tensor an input, of the input's shape; floats of either width are accepted
   * @param into tensors that outputs may be written into, so that none are allocated for them: an executor that can
   * returns them, the others return their own
   * @throws UserError "runtime/…" where a feed is missing or has another shape
   */
  run(
    feeds: ReadonlyMap<string, Tensor>,
    into?: ReadonlyMap<string, Tensor>,
  ): Promise<Map<string, Tensor>>;
  /** Frees native memory. The program cannot run afterwards. */
  dispose(): Promise<void>;
}

/** Where the operators ran of all programs that ran on a device. */
export interface Placement {
  readonly operators: number;
  /** Those that ran on the CPU for want of a kernel on the device: how often each. */
  readonly onCpu: Readonly<Record<string, number>>;
}

export interface Executor {
  readonly id: ExecutorId;
  /** What results carry: "onnxruntime 1.30.0, CPU, 2 threads". */
  readonly description: string;
  compile(graph: Graph, options?: CompileOptions): Promise<Program>;
  /** Null where there is no device beside the CPU; absent where the executor cannot tell. */
  placement?(): Placement | null;
  /** What a reader of the results should know of how they were computed: a fall-back to another device. */
  remarks?(): readonly string[];
  /** Frees every program. */
  dispose(): Promise<void>;
}
