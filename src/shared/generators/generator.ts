/**
 * Generators of one-parameter groups on fields. The active action is (exp(sX)u)(p) = ρ(s) u(φ₋ₛ(p)) with φ the flow of a
 * vector field ξ on space, so (Xu)(p) = R(p)u(p) + c(p) − ξ(p)·∇u(p): a flow, a linear map on the components and a
 * shift, each of which may vary from point to point and may be absent.
 *
 * Where only a flow is stated, components follow it geometrically: a vector is pushed forward, R = Dξ, and a tensor with
 * both of its indices, T → Dξ T + T Dξᵀ; a density keeps its integral, R = −div ξ; scalars and pseudoscalars are carried
 * along. For a rotation and a translation this is the isometry's action; for a dilation it gives a vector the weight 1.
 */
import { UserError } from "../errors";
import { signOf, tensorIndex, type ChannelGroup, type FieldSpec } from "../fields/spec";
import type { Layout } from "../states/layout";
import { constantFormula, type Formula } from "./formula";

/** A number at each point; positions are measured from the grid's centre, x first, in the data's unit of length. */
export type PointFunction = (position: readonly number[]) => number;

/** Channel `to` gains `factor` times channel `from`. */
export interface MixTerm {
  readonly to: number;
  readonly from: number;
  readonly factor: PointFunction;
}

export interface ShiftTerm {
  readonly to: number;
  readonly value: PointFunction;
}

/** A generator as it acts on the channels of one side of a network. */
export interface Infinitesimal {
  /** ξ, a component an axis, x first; null where points stay. */
  readonly flow: readonly Formula[] | null;
  readonly mix: readonly MixTerm[];
  readonly shift: readonly ShiftTerm[];
  /** On vectors of features, what is neither linear nor constant: added to the rest; [channels] of a state's. */
  readonly field?: (state: ArrayLike<number>) => Float64Array;
}

/** What a generator is told of the states that it acts on. */
export interface Side {
  readonly fields: FieldSpec | null;
  readonly channels: number;
  /** Axes of the grid: 0 for vectors of features. */
  readonly axes: number;
  /** How many steps after the input this state is: 0 for the input, 1 for the prediction, k along a rollout. */
  readonly steps: number;
  /** How the numbers of a state on no grid are grouped; absent on grids and where nobody asked. */
  readonly layout?: Layout;
}

export interface Generator {
  /** As `--generators` names it. */
  readonly id: string;
  /** For people. */
  readonly label: string;
  /** Its action in a line: X u = … */
  readonly formula: string;
  /** The same typeset; absent where a line of text is all there is. */
  readonly tex?: string;
  /** ξ of the input's side, for pictures; null where points stay. */
  readonly flow: readonly Formula[] | null;
  /** Whether the box's own edges break it although it is periodic: its flow does not close around the box. */
  readonly leavesBox: boolean;
  /** @throws UserError "generator/unfit" where the fields or the grid have nothing that it could act on */
  on(side: Side): Infinitesimal;
}

/** Nothing moves: how an invariant output transforms. */
export const atRest: Infinitesimal = { flow: null, mix: [], shift: [] };

/** The geometric action of a flow on fields. */
export function carried(flow: readonly Formula[], fields: FieldSpec | null): Infinitesimal {
  const mix = (fields ?? []).flatMap((field): MixTerm[] => {
    const { kind, channels } = field;
    if (kind === "vector") {
      return channels.flatMap((to, i) =>
        channels.map((from, j) => {
          const sign = signOf(field, i) * signOf(field, j);
          const factor = (position: readonly number[]): number =>
            sign * (flow[i]?.gradient(position)[j] ?? 0);
          return { to, from, factor };
        }),
      );
    }
    if (kind === "tensor") return carriedTensor(flow, field);
    if (kind !== "density") return [];
    return channels.map((channel) => ({
      to: channel,
      from: channel,
      factor: (position) => -divergence(flow, position),
    }));
  });
  return { flow, mix: mix.filter(({ factor }) => !vanishes(factor)), shift: [] };
}

/** Ṫ_ij = Σ_k A_ik T_kj + A_jk T_ik with A = Dξ: as of a product of two vectors that are pushed forward. */
function carriedTensor(flow: readonly Formula[], { channels }: ChannelGroup): MixTerm[] {
  const at = (i: number, j: number): number => channels[tensorIndex(channels.length, i, j)]!;
  const slope =
    (i: number, k: number): PointFunction =>
    (position) =>
      flow[i]?.gradient(position)[k] ?? 0;
  const directions = [...Array(Math.sqrt(channels.length)).keys()];
  return directions.flatMap((i) =>
    directions.flatMap((j) =>
      directions.flatMap((k) => [
        { to: at(i, j), from: at(k, j), factor: slope(i, k) },
        { to: at(i, j), from: at(i, k), factor: slope(j, k) },
      ]),
    ),
  );
}

function divergence(flow: readonly Formula[], position: readonly number[]): number {
  return flow.reduce((sum, component, i) => sum + component.gradient(position)[i]!, 0);
}

/** Points in general position: a formula that is 0 at all of them is 0. */
const probes = [
  [0.1234, -0.3571, 0.2718],
  [-0.4142, 0.1732, -0.0577],
  [0.3303, 0.4669, 0.1618],
];

function vanishes(factor: PointFunction): boolean {
  return probes.every((position) => factor(position) === 0);
}

/** w times each of the channels. */
export function weighted(weights: readonly (readonly [channel: number, w: number])[]): MixTerm[] {
  return weights.map(([channel, w]) => ({ to: channel, from: channel, factor: () => w }));
}

/** A flow of constant velocity. */
export function uniform(velocity: readonly number[]): Formula[] {
  return velocity.map(constantFormula);
}

/** @throws UserError "generator/unfit" */
export function unfit(generator: string, reason: string, todo: string): UserError {
  return new UserError("generator/unfit", `The generator ${generator} does not fit: ${reason}.`, {
    where: generator,
    todo,
  });
}
