/** What a network is to take and give, as data state it. */
import type { Layout } from "../../../shared/architectures/definition";
import { UserError } from "../../../shared/errors";
import type { FieldSpec, Grid } from "../../../shared/fields/spec";
import type { DataSet } from "../../data/dataset";

export interface NetworkStates {
  readonly layout: Layout;
  /** One state as the network takes it: [C, …grid], [particle, channel] or [numbers]. */
  readonly shape: readonly number[];
  /** undefined where nobody said. */
  readonly fields: FieldSpec | undefined;
  readonly outputChannels: number;
  readonly outputFields: FieldSpec | undefined;
  /** undefined off a grid. Boundaries that nobody stated are periodic. */
  readonly grid: Grid | undefined;
  /** As the data state it; null where they do not, or where it differs between the axes. */
  readonly boundary: "periodic" | "open" | null;
  /** Of the data; null where nothing says. */
  readonly dt: number | null;
  /** Sides in the order of the grid's axes, where the data state them. */
  readonly length: readonly number[] | null;
}

/** Channels of a state, one of what it holds where there is no such axis. */
export function channelsIn({ layout, shape }: NetworkStates): number {
  return layout === "particles" ? shape.at(-1)! : shape[0]!;
}

/** The prediction's shape for `states`. */
export function outputShape({ layout, shape, outputChannels }: NetworkStates): number[] {
  return layout === "particles"
    ? [...shape.slice(0, -1), outputChannels]
    : [outputChannels, ...shape.slice(1)];
}

/** @throws UserError "architecture/states", "architecture/target" where no network is made for such states or targets */
export async function networkStates(data: DataSet): Promise<NetworkStates> {
  const { states, grid, fields, outputFields, boundary, dt, spacing, path } = data;
  const { axes, shape } = states;
  const layout = layoutOf(axes);
  if (layout === undefined) {
    throw new UserError(
      "architecture/states",
      `A state in ${path} is ${axes.join(", ") || "a single number"} [${shape.join(", ")}], which no architecture takes.`,
      { where: path, todo: "Say what its axes are (--axes on the command line)." },
    );
  }
  const known: Omit<NetworkStates, "outputChannels"> = {
    layout,
    shape,
    fields,
    outputFields,
    grid,
    boundary: boundary === "periodic" || boundary === "open" ? boundary : null,
    dt: dt ?? null,
    length: spacing === null || grid === undefined ? null : grid.length,
  };
  const input = layout === "particles" ? shape.at(-1)! : shape[0]!;
  if (data.targets !== "stored") return { ...known, outputChannels: input };
  const target = (await data.read([0])).target!.shape.slice(1);
  const outputChannels = (layout === "particles" ? target.at(-1) : target[0]) ?? 0;
  const made = { ...known, outputChannels };
  if (outputShape(made).join() === target.join()) return made;
  throw new UserError(
    "architecture/target",
    `Targets in ${path} are [${target.join(", ")}] for states [${shape.join(", ")}], and a network here predicts on the grid or for the particles that it is given.`,
    { where: path, todo: "Check which array is the target (--target on the command line)." },
  );
}

function layoutOf(axes: readonly string[]): Layout | undefined {
  if (axes.join() === "particle,channel") return "particles";
  if (axes.join() === "channel") return "numbers";
  return /^channel(,z)?(,y)?(,x)?$/.test(axes.join()) ? "grid" : undefined;
}
