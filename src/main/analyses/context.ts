/** What the workbench hands to an analysis, and what it gets back. */
import type { FieldSpec, Grid } from "../../shared/fields/spec";
import type { Element } from "../../shared/groups/element";
import type { Group } from "../../shared/groups/group";
import type { ParameterValue } from "../../shared/parameters";
import type { Tensor } from "../../shared/tensor";
import type { Model } from "../models";
import type { OwnVariables } from "../models/prepared";
import type { Executor } from "../runtime/executor";
import type { Runs } from "./runs";

/** Where a sample of the batch comes from. */
export interface SampleRef {
  /** In the data set. */
  readonly index: number;
  readonly trajectory: number | null;
  readonly time: number | null;
}

/** What an input holds beside the state that a prediction follows: with it a prediction becomes the next input. */
export interface Feeding {
  /** Successive states in an input, earliest first. */
  readonly history: number;
  /** Axis of the channels in a batch; null where states have none. */
  readonly channelAxis: number | null;
  /** Names of what the network is told, the last channels of an input. */
  readonly conditions: readonly string[];
  readonly samples: readonly SampleRef[];
  /** The conditions so many steps after the sample at a position; NaN where nothing says. */
  readonly told: (position: number, steps: number) => readonly number[];
}

/** What the states are, apart from their values. */
export interface StatesPlace {
  /** How the input's channels transform; null where nothing acts. */
  readonly fields: FieldSpec | null;
  /** Of prediction and target. */
  readonly outputFields: FieldSpec | null;
  /** What the states live on; null for vectors of features. */
  readonly grid: Grid | null;
  /** Time between a state and its target; null where the data do not say. */
  readonly dt: number | null;
  /** Absent: an input is one state. */
  readonly feeding?: Feeding;
}

/** What an analysis needs of a model: the network at a batch size, and the values of its parameters. */
export type Network = Pick<Model, "graph" | "parameters"> & {
  /** Where losses are taken; absent: in the data's variables. */
  readonly own?: OwnVariables;
};

/** Other weights for the network of a run. */
export interface Checkpoint {
  /** Of its file. */
  readonly name: string;
  /** The folder of its training, where the same names lie in several: its seed. Absent: there is one. */
  readonly series?: string;
  /** @throws UserError where they do not fit the network */
  open(): Promise<Network>;
  /** What its numbers follow from, as a hash. Absent: nothing is kept of what was computed with it. */
  identity?(): Promise<string>;
}

/** Parts of results, kept on the disk by what they were computed from, for when the same is asked again. */
export interface KeptParts {
  /** null where there is none. */
  read(key: string): Promise<Record<string, Tensor> | null>;
  write(key: string, arrays: Readonly<Record<string, Tensor>>): Promise<void>;
}

/** The part `index` of the `of` parts that a computation is spread over; index from 0. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

export interface StatesContext extends StatesPlace {
  readonly model: Network;
  /** [N, …], finite or not. */
  readonly input: Tensor;
  /** null where the data have none. */
  readonly target: Tensor | null;
  /** Nothing states the sides of the grid, whose longest counts as 1. */
  readonly sidesAssumed?: boolean;
  /** One a sample. */
  readonly samples: readonly SampleRef[];
  /**
   * The data's states `steps` after the samples at these positions; NaN where the data end before. Absent where a file holds no successive states.
   */
  readonly later?: (positions: readonly number[], steps: number) => Promise<Tensor>;
  /** In the order of their files; absent where none are asked for. */
  readonly checkpoints?: readonly Checkpoint[];
  /** Of the network itself, as a checkpoint has it. */
  readonly name?: string;
  readonly identity?: () => Promise<string>;
  /** Absent: everything is computed anew. */
  readonly kept?: KeptParts;
  readonly group: Group;
  /** Those asked for, in the order of the arrays. */
  readonly elements: readonly Element[];
  readonly executor: Executor;
  /** The float64 executor, made when first asked for. */
  readonly reference: () => Promise<Executor>;
  /** Bound on what is held at once, in bytes. */
  readonly memoryBytes: number;
  /** Remarks for the result; an analysis adds its own. */
  readonly notices: string[];
}

/** For analyses that can do without a network, from the data alone. */
export interface DataContext extends Omit<StatesContext, "model"> {
  readonly model: Network | null;
}

/** For analyses that compare predictions with what should have come out. */
export interface AnalysisContext extends StatesContext {
  readonly target: Tensor;
}

export interface ResultArray {
  readonly tensor: Tensor;
  readonly axes: readonly string[];
  readonly unit: string;
  readonly description: string;
}

export interface AnalysisResult {
  /** JSON but for NaN and infinities, which the writer makes null. */
  readonly summary: Record<string, unknown>;
  readonly arrays: Record<string, ResultArray>;
  /** What computed it, where that is not the executor of the context. */
  readonly executor?: string;
}

export interface AnalysisProgress {
  /** 0…1 */
  readonly fraction: number;
  /** What is being done, for people. */
  readonly stage: string;
}

export type ReportProgress = (progress: AnalysisProgress) => void;

/** What a preview knows before anything runs. */
export interface CostInfo {
  readonly samples: number;
  /** Or whatever else acts. */
  readonly elements: number;
  /** Elements of the group other than the identity among those asked for. */
  readonly moving: number;
  /** Trained numbers of the network. */
  readonly parameters: number;
  /** Elements of one state. */
  readonly inputSize: number;
  /** Elements of one output sample. */
  readonly outputSize: number;
  /** Multiply–adds of one forward pass of one sample. */
  readonly work: number;
  readonly memoryBytes: number;
  /** Checkpoints that are named, and trainings that they are of; absent: none. */
  readonly checkpoints?: number;
  readonly trainings?: number;
}

/** What counting the runs needs besides. */
export interface RunInfo extends CostInfo {
  /** Moving elements that mix components of vectors. */
  readonly turning: number;
  /** Numbers that one forward pass of one sample makes. */
  readonly activations: number;
  /** Bytes a number on the executor. */
  readonly width: number;
  /** Whether predictions can be drawn as fields. */
  readonly drawn: boolean;
}

export interface Cost {
  /** Forward-equivalent passes of one sample. */
  readonly passes: number;
  readonly memoryBytes: number;
  /** Floating-point operations: two a multiply–add. */
  readonly flops: number;
  /** A sentence why it may be far less; absent: it is known. */
  readonly atMost?: string;
}

export type AnalysisParameters = Readonly<Record<string, ParameterValue>>;

/** @typeParam C StatesContext where the analysis' targets are optional */
export interface Computation<P = AnalysisParameters, C = AnalysisContext> {
  /**
   * @throws UserError for what the user can mend; what `signal` throws when it is aborted
   */
  compute(
    context: C,
    params: P,
    progress: ReportProgress,
    signal: AbortSignal,
  ): Promise<AnalysisResult>;
  /**
   * Names of what acts where that is no group's elements; absent: the elements that are asked for.
   * @param input of one state @param output of one prediction
   * @throws UserError where it does not fit the states
   */
  acting?(
    place: StatesPlace,
    input: readonly number[],
    output: readonly number[],
    params: P,
  ): readonly string[];
  /**
   * Looks, before anything runs, whether such a network can be asked that. Absent: any can, or `acting` says.
   * @throws UserError where it cannot
   */
  fits?(place: StatesPlace, input: readonly number[], output: readonly number[], params: P): void;
  estimate(info: CostInfo, params: P): Cost;
  /**
   * Computes one share of the parts and keeps them; a later `compute` takes them. Absent: it is not made of parts.
   * @returns how many parts that share has; null where with these parameters it is not made of parts
   */
  share?(
    context: C,
    params: P,
    share: Share,
    progress: ReportProgress,
    signal: AbortSignal,
  ): Promise<number | null>;
  /** Names of the parts that are not kept yet. Present where `share` is. */
  missing?(context: C, params: P, signal: AbortSignal): Promise<readonly string[] | null>;
  /** What `verify` recomputes in float64 besides, for people, and in how many passes. Absent: hardly any. */
  verification?(info: CostInfo, params: P): { what: string; passes: number };
  /** Which programs run how often. Absent: time goes by `estimate`'s passes. */
  runs?(info: RunInfo, params: P): readonly Runs[];
}
