/**
 * A data set: samples that an analysis takes from a file, each an input and its target. Files hold either pairs, or
 * trajectories whose successive states are the pairs. Only the samples asked for are read.
 */
import { basename } from "node:path";
import { parseConditions } from "../../shared/conditions";
import type { DataOptions } from "../../shared/contract";
import { checkExpected, statedParts } from "../../shared/dataPreset";
import { UserError } from "../../shared/errors";
import type { ChannelLabel, FieldSpec, Grid } from "../../shared/fields/spec";
import type { Units } from "../../shared/fields/units";
import { parsePhysics, showPhysics, type StatedPhysics } from "../../shared/physics/stated";
import { numberingOf, unequal, type SampleExtent } from "../../shared/sampleExtent";
import { fromFloat64, isFloat, toFloat64, type Tensor } from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import type { Axis } from "./axes";
import { channelsOf } from "./channels";
import { withConditions } from "./conditions";
import {
  boxOf,
  isSpatial,
  otherOrder,
  readCoordinates,
  readTimeStep,
  restated,
  stepOf,
  type Box,
  type Coordinates,
} from "./coordinates";
import { checkFinite } from "./finite";
import type { ArrayFile } from "./arrayFile";
import { fieldsWithHistory, withHistory } from "./history";
import { readInParts } from "./inParts";
import { readingOf, type Proposal } from "./layouts";
import { withMeshes } from "./meshes";
import { openArrayFile } from "./open";
import { contradictions, counting, precedenceOf } from "./precedence";
import { sampleName } from "./sampleName";
import { joinedStates, linksIn, shardsOf } from "./shards";
import { statesOf, type StatePlace, type States } from "./states";
import { OWN_ORIGIN, OWN_PHYSICS } from "./write/ownWords";
import { LookedAt } from "./looked";
import { namesSaid, sidesSaid, withoutAssumed } from "./said";
import { unitsOf } from "./units";

/** `trajectories` and `times` count samples: T states of a trajectory are T − 1 transitions. */
export interface DataSet extends SampleExtent {
  readonly path: string;
  /** What was stated in opening it. */
  readonly options: DataOptions;
  /** "PDEBench 2-D shallow water"; the format where no layout is recognised. */
  readonly layout: string;
  /** Why it is taken for that, each a sentence. */
  readonly evidence: readonly string[];
  /** Where targets come from: a second array, the next state, or nowhere. */
  readonly targets: "stored" | "next state" | "none";
  /** What the network puts out: states, or their change from the last state of the input. Targets are states. */
  readonly predicts: "state" | "change";
  /** What the network is told beside the state: names of the last channels of the inputs. */
  readonly conditions: readonly string[];
  /** The input states with every time, also those that are only targets. */
  readonly states: States;
  /** The targets, where they are stored; undefined where they are the next states or not there. */
  readonly stored: States | undefined;
  /** As the program sees the states: [trajectory, time, channel, y, x] less what is not there. */
  readonly shape: readonly number[];
  readonly axes: readonly Axis[];
  readonly arrays: readonly ArraySource[];
  /** How the channels transform; undefined where nobody said. */
  readonly fields: FieldSpec | undefined;
  readonly outputFields: FieldSpec | undefined;
  readonly channels: readonly ChannelLabel[];
  /** undefined for data on no grid. Boundaries that were not stated count as periodic. */
  readonly grid: Grid | undefined;
  readonly coordinates: Coordinates;
  /** By name of a field, x, y, z, or t. */
  readonly units: Units;
  /** Time between successive states, or input and target; undefined where nothing says. */
  readonly dt: number | undefined;
  /** Distance of grid points along each of the grid's axes; null where it is assumed. */
  readonly spacing: readonly number[] | null;
  /** `periodic`, `open`, or one a direction, `x periodic, y wall`; undefined where nothing says. */
  readonly boundary: string | undefined;
  /** What the file says itself, whatever is stated of it. */
  readonly own: {
    readonly boundary: string | undefined;
    readonly dt: number | undefined;
    readonly length: readonly number[] | undefined;
    readonly fields: string | undefined;
  };
  /** What the grid counts as where nothing states its boundary. */
  readonly assumedBoundary: string;
  /** The equations that the states obey and their numbers; undefined where nothing says. */
  readonly physics: StatedPhysics | undefined;
  /** The command that made the states; undefined where nothing says. */
  readonly origin: string | undefined;
  readonly sampleCount: number;
  /** What was assumed in opening, each a sentence. */
  readonly notices: readonly string[];
  /** Where a sample begins; null where the file has no trajectories in time. */
  place(index: number): SamplePlace;
  /**
   * Inputs [n, C, H, W] (or [n, …] without a grid) and targets of the same samples.
   * @param into what was read before and is not used any more: its memory is used again, where it fits, and no new taken.
   * Whoever reads window after window is several times as fast with it.
   * @throws UserError "data/not-finite" that names sample and channel
   */
  read(indices: readonly number[], into?: Samples): Promise<Samples>;
  close(): Promise<void>;
}

export interface SamplePlace {
  readonly index: number;
  readonly trajectory: number | null;
  readonly time: number | null;
}

export interface Samples {
  readonly input: Tensor;
  /** undefined where the file has no targets. */
  readonly target: Tensor | undefined;
}

/**
 * Opens a file of any format that is read here, or a folder of them, as a data set.
 * @throws UserError "file/…", "zip/…", "npy/…", "hdf5/…", "data/…", "axes/…", "fields/…"
 */
export async function openData(path: string, options: DataOptions = {}): Promise<DataSet> {
  const files: ArrayFile[] = [];
  const shards: Shard[] = [];
  try {
    for (const shard of await shardsOf(path)) {
      const at = files.push(await openArrayFile(shard)) - 1;
      const file = (files[at] = await withMeshes(files[at]!));
      // All that is asked of a file at once: of many, those asked for long ago are closed in HDF5's library.
      const reading = await readingOf(file, options);
      shards.push({ file, reading, unwritten: await unwrittenIn(reading) });
    }
    return await dataSetOf(path, shards, options);
  } catch (error) {
    for (const file of files) await file.close();
    throw error;
  }
}

/** A file, how it is read, and what of its states it does not hold. */
interface Shard {
  readonly file: ArrayFile;
  readonly reading: Proposal;
  readonly unwritten: readonly string[];
}

/** @param shards of one layout: one, or those of a folder */
async function dataSetOf(
  path: string,
  shards: readonly Shard[],
  options: DataOptions,
): Promise<DataSet> {
  const files = shards.map((shard) => shard.file);
  const readings = shards.map((shard) => shard.reading);
  const paths = files.map((one) => one.path);
  const inEach = readings.map(({ input }) => statesOf(input));
  const single = joinedStates(inEach, paths);
  // Positions and times are those of a file with the longest trajectory: others have fewer of them.
  const longest = inEach.findIndex(({ times }) => times === single.times);
  const [file, reading] = [files[longest]!, readings[longest]!];
  const history = options.history ?? 1;
  const conditions = parseConditions(options.conditions).map(({ name }) => name);
  const states = await statesOfInput(single, file, options, reading);
  const targetParts = readings.flatMap(({ target }) => (target === undefined ? [] : [target]));
  const stored =
    targetParts.length === files.length
      ? joinedStates(targetParts.map(statesOf), paths)
      : undefined;
  // Single states are snapshots, whatever their file calls them.
  const inTime = single.times > 1 && reading.input.some(({ axes }) => axes.includes("time"));
  const targets = stored !== undefined ? "stored" : inTime ? "next state" : "none";
  const ending = targets === "next state" ? 1 : 0;
  const extent = {
    trajectories: states.trajectories,
    times: states.times - ending,
    lengths:
      states.lengths && unequal(states.lengths.map((length) => Math.max(0, length - ending))),
  };
  const numbering = numberingOf(extent);
  const predicts = options.predicts ?? "state";
  checkTargets(path, targets, history);
  checkExtent(states, stored, numbering.count);

  checkExpected(options.expects, {
    path,
    axes: ["trajectory", "time", ...single.axes],
    channels: channelExtent(single) ?? 1,
    arrays: single.parts.map(({ array }) => array.name),
  });
  const output = stored ?? single;
  const stated = options.fields ?? reading.fields;
  const names = namesSaid(file, channelExtent(single) ?? 1);
  const one = channelsOf(single, stated, names);
  const input =
    one.fields === undefined ? channelsOf(states, undefined, names) : channelsOf(states, [fieldsWithHistory(one.fields, history), ...conditions.map((name) => `scalar:${name}`)].join()); // prettier-ignore
  const sameChannels = channelExtent(output) === channelExtent(single);
  const outgoing = channelsOf(
    output,
    options.outputFields ?? reading.outputFields ?? (sameChannels ? stated : undefined),
    sameChannels ? names : undefined,
  );
  const there = await coordinatesOf(file, single, states, reading);
  const written = withoutAssumed(file, there);
  const sampleCount = numbering.count;
  const directions = states.axes.filter(isSpatial);
  const said = sidesSaid(file, directions.length);
  const unstated = boxOf(states, written, undefined, { length: said, ofItsKind: false });
  const own = {
    boundary: reading.boundary,
    dt: stepOf(written.time) ?? reading.dt ?? (await readTimeStep(file.arrays)),
    length: unstated === undefined || unstated.spacing === null ? undefined : unstated.grid.length,
  };
  const precedence = precedenceOf(options, own);
  const dt = counting(precedence.dt);
  const boundary = counting(precedence.boundary);
  const coordinates = restated(written, precedence.dt.stated);
  const { stated: given, preset } = precedence.length;
  const ofItsKind = given === undefined && said === undefined;
  const sides = { length: given ?? said ?? preset, ofItsKind };
  const box = boxOf(states, coordinates, boundary ?? reading.assumedBoundary, sides);
  const grid = box?.grid;
  const physics = physicsOf(file);
  const origin = originOf(file);
  const looked = new LookedAt(sampleCount);
  const placeOf = (index: number): StatePlace => {
    if (!Number.isInteger(index) || index < 0 || index >= sampleCount) {
      throw new RangeError(`sample ${index} of ${sampleCount}`);
    }
    return numbering.placeOf(index);
  };
  const place = (index: number): SamplePlace =>
    inTime ? { index, ...placeOf(index) } : { index, trajectory: null, time: null };
  return {
    path,
    options,
    layout: reading.layout,
    evidence: [
      ...reading.evidence,
      ...physicsSentence(physics),
      ...(origin === undefined ? [] : [`It states what made it: ${origin}`]),
      ...shardsSentence(files),
    ],
    targets,
    predicts,
    conditions,
    states,
    stored,
    shape: [states.trajectories, states.times, ...states.shape],
    axes: ["trajectory", "time", ...states.axes],
    arrays: [...file.arrays.values()],
    fields: input.fields,
    outputFields: outgoing.fields,
    channels: input.labels,
    grid,
    coordinates,
    units: unitsOf(file, states, input.fields ?? input.named, reading.coordinates, options.units),
    dt,
    spacing: box?.spacing ?? null,
    boundary,
    own: { ...own, fields: reading.fields },
    assumedBoundary: reading.assumedBoundary ?? "periodic",
    physics,
    origin,
    ...extent,
    sampleCount,
    notices: [
      ...file.notices,
      ...(await linksIn(path, paths)),
      ...reading.notices.filter(
        (notice) => boundary === undefined || !notice.startsWith("The boundary is not stated"),
      ),
      ...otherOrder(file.arrays, states, there, reading.coordinates),
      ...unwrittenOf(shards),
      ...(paths.length > 1 && targets === "none" && options.axes === undefined
        ? framesOrSamples(states)
        : []),
      ...unequalTimes(single),
      ...assumedOf(box),
      ...contradictions(precedence, directions),
    ],
    place,
    async read(indices, into) {
      const places = indices.map(placeOf);
      const isKnown = looked.hasAll(indices);
      const look =
        (what: string, of: States, labels: readonly ChannelLabel[]) =>
        (some: Tensor, before: number): void => {
          if (isKnown) return;
          checkFinite(
            some,
            of,
            labels,
            (i) => `${path}: ${what} of ${sampleName(place(indices[before + i]!))}`,
          );
        };
      const inputs = await readInParts(
        states,
        places,
        into?.input.data,
        look("input", states, input.labels),
      );
      const later = places.map(({ trajectory, time }) => ({ trajectory, time: time + history }));
      const target =
        targets === "none"
          ? undefined
          : await readInParts(
              output,
              stored === undefined ? later : places,
              into?.target?.data,
              look("target", output, outgoing.labels),
            );
      looked.add(indices);
      return { input: asField(inputs, grid), target: target && asField(target, grid) };
    },
    async close() {
      for (const one of files) await one.close();
    },
  };
}

/** Of the states in the file, whose times are longer than those of inputs that several of them make. */
async function coordinatesOf(
  file: ArrayFile,
  single: States,
  inputs: States,
  reading: Proposal,
): Promise<Coordinates> {
  const { time, ...positions } = await readCoordinates(file.arrays, single, reading.coordinates);
  return { ...positions, ...(time && { time: time.slice(0, inputs.times) }) };
}

/** As a network takes them: several successive states, and what is told beside. */
async function statesOfInput(
  single: States,
  file: ArrayFile,
  options: DataOptions,
  { coordinates, dt: read }: Proposal,
): Promise<States> {
  const { history = 1, conditions } = options;
  const written = await readCoordinates(file.arrays, single, coordinates);
  const { stated, preset } = statedParts(options);
  const step = stated.dt ?? read ?? (await readTimeStep(file.arrays)) ?? preset.dt;
  const counted = step === undefined ? undefined : Array.from({ length: single.times }, (_, i) => i * step); // prettier-ignore
  return withConditions(withHistory(single, history), parseConditions(conditions), {
    arrays: file.arrays,
    times: restated(written, stated.dt).time ?? counted,
    last: history - 1,
  });
}

function physicsOf(file: ArrayFile): StatedPhysics | undefined {
  const text = file.physics ?? file.attributes("")[OWN_PHYSICS];
  return typeof text === "string" ? parsePhysics(text) : undefined;
}

function originOf(file: ArrayFile): string | undefined {
  const text = file.origin ?? file.attributes("")[OWN_ORIGIN];
  return typeof text === "string" ? text : undefined;
}

function physicsSentence(physics: StatedPhysics | undefined): string[] {
  return physics === undefined ? [] : [`It states its physics: ${showPhysics(physics)}.`];
}

function shardsSentence(files: readonly ArrayFile[]): string[] {
  if (files.length === 1) return [];
  const [first, last] = [basename(files[0]!.path), basename(files.at(-1)!.path)];
  return [`${files.length} files of the folder are one data set, from ${first} to ${last}.`];
}

/** Files of a folder of which it is said what is not in them; more are only counted. */
const MOST_TOLD = 3;

/** Sentences where parts of the states are not in their file, and fill values stand for them. */
async function unwrittenIn({ input, target = [] }: Proposal): Promise<string[]> {
  const found: string[] = [];
  for (const { array } of [...input, ...target]) {
    const sentence = await array.unwritten?.();
    if (sentence !== undefined) found.push(sentence);
  }
  return found;
}

/** The same of all files, each by its name where there are several. */
function unwrittenOf(shards: readonly Shard[]): string[] {
  const lacking = shards.filter(({ unwritten }) => unwritten.length > 0);
  const told = lacking.slice(0, MOST_TOLD).flatMap(({ file, unwritten }) => {
    return unwritten.map((one) => (shards.length > 1 ? `${basename(file.path)}: ${one}` : one));
  });
  const more = lacking.length - MOST_TOLD;
  if (more > 0) {
    told.push(`${more} more ${more === 1 ? "file lacks" : "files lack"} parts likewise.`);
  }
  return told;
}

/** On a square nothing depends on its side but units; elsewhere the shape of the cells decides what a rotation is. */
function assumedOf(box: Box | undefined): string[] {
  if (box === undefined || box.spacing !== null || new Set(box.grid.size).size === 1) return [];
  return [
    "Nothing states the sides of the box: its cells are taken as square, its longest side as 1.",
  ];
}

/** Fields are numbers that networks and group actions compute with, also where a file stores integers. */
function asField(tensor: Tensor, grid: Grid | undefined): Tensor {
  if (grid === undefined || isFloat(tensor.dtype)) return tensor;
  return fromFloat64("float32", tensor.shape, toFloat64(tensor));
}

/** @throws UserError "data/history" */
function checkTargets(path: string, targets: DataSet["targets"], history: number): void {
  if (targets === "next state" || history === 1) return;
  throw new UserError(
    "data/history",
    `${path} has no successive states, which inputs of several are made of.`,
    { where: path, todo: "Leave it out (--history on the command line)." },
  );
}

function channelExtent(states: States): number | undefined {
  return states.shape[states.axes.indexOf("channel")];
}

function checkExtent(states: States, target: States | undefined, samples: number): void {
  const { where } = states;
  const shape = [states.trajectories, states.times, ...states.shape];
  if (samples < 1) {
    throw new UserError("data/empty", `${where} [${shape.join(", ")}] has no samples.`, {
      where,
    });
  }
  if (target === undefined) return;
  const lengths = (one: States): string =>
    [one.trajectories, one.times, ...(one.lengths ?? [])].join();
  if (lengths(target) !== lengths(states)) {
    throw new UserError(
      "data/pairs",
      `Inputs ${where} [${shape.join(", ")}] and targets ${target.name} [${[target.trajectories, target.times, ...target.shape].join(", ")}] are not equally many.`,
      {
        where,
        todo: "Name other arrays (--input, --target on the command line), or their axes (--axes).",
      },
    );
  }
}

/** What is said of trajectories that are not equally long. */
function unequalTimes({ lengths }: States): string[] {
  if (lengths === undefined) return [];
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  const alone = lengths.filter((length) => length === 1).length;
  return [
    `Trajectories are unequally long, ${least} to ${most} states: samples are the transitions that each has.`,
    ...(alone === 0 ? [] : [`${alone} of them ${alone === 1 ? "is a single state" : "are single states"}, without a transition.`]), // prettier-ignore
  ];
}

/** Files of a folder may each be a trajectory, whose first axis is time. */
function framesOrSamples({ trajectories, axes }: States): string[] {
  if (trajectories < 2) return [];
  return [
    `The files are read as ${trajectories} samples that nothing follows. If each is a trajectory, its first axis the time, name the axes ${["t", ...axes.map((axis) => axis[0]!)].join()} (--axes on the command line): then states have successors as targets.`,
  ];
}
