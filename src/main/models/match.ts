/**
 * Which tensor of a checkpoint belongs to which tensor of an ONNX file. Names decide, without what wrappers put before
 * them, then the same names in another library's words; a weight that the exporter stored transposed under a name of
 * its own is found by the bias that is added after it, else by its values or its shape where only one fits. Where no
 * name agrees, shapes and order do, or the checkpoint is refused.
 */
import { basename } from "node:path";
import { UserError } from "../../shared/errors";
import { isFloat, sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import { withPart } from "../../shared/chosenPart";
import type { ParameterInput } from "../graph/onnx/import";
import type { OnnxModel } from "../graph/onnx/model";
import { printable } from "../graph/onnx/printable";
import { arranged, arrangement, squeezed, type Arrangement } from "./arrange";
import type { Checkpoint } from "./checkpoint";
import { declaredBy } from "./declared";
import { align, canonical, isNumber, unwrapped } from "./names";
import { permuted } from "./permute";
import { usesOf, type Use } from "./places";
import { plainWeights } from "./reparametrised";
import { unreadable, type StoredTensor } from "./stored";
import { matchStructure, type Offered } from "./structure";
import { idleIn, isCopy, reshapedCopies } from "./superfluous";
import { withPrefix, type WeightSet } from "./weightSets";

export type How = "name" | "other-words" | "transposed" | "shape" | "order";

export interface Matched {
  /** In the network's file. */
  readonly place: string;
  /** In the checkpoint. */
  readonly tensor: string;
  readonly how: How;
}

export interface Match {
  /** Name of a value of the file → the checkpoint's name for it, and whether the file has the transpose. */
  readonly inputs: ReadonlyMap<string, ParameterInput>;
  /** Name of a value of the file → what the checkpoint puts there, as the file lays it out. */
  readonly values: ReadonlyMap<string, Tensor>;
  readonly report: MatchReport;
}

export interface MatchReport {
  /** Of the set that was taken; "" where there is but one. */
  readonly key: string;
  readonly matched: readonly Matched[];
  /** Tensors of numbers that the network has no place for: beside it in a trainer's module. */
  readonly leftInFile: readonly string[];
  /** Constants of the network that a checkpoint need not have. */
  readonly leftInModel: readonly string[];
}

/** What goes where, before numbers are read. */
interface Plan {
  readonly assigned: Map<string, Assignment>;
  readonly leftInFile: string[];
  readonly leftInModel: string[];
}

interface Assignment extends Matched {
  readonly stored: StoredTensor;
  readonly input: ParameterInput;
  readonly axes: Arrangement;
}

/** Names that exporters make up for what has none in PyTorch. */
const anonymous = /^(onnx::|\/|_?val_|.*constant)/i;

/**
 * The one set of a checkpoint that fits the network, read.
 * @throws UserError "weights/misfit" naming what is missing, left over, or of another shape; "weights/ambiguous" where
 * several sets fit, or tensors could stand in each other's place
 */
export async function matchCheckpoint(model: OnnxModel, checkpoint: Checkpoint): Promise<Match> {
  const { set, plan } = await fittingSet(model, checkpoint);
  const inputs = new Map<string, ParameterInput>();
  const values = new Map<string, Tensor>();
  const stored = storedTensors(model);
  for (const [place, { stored: tensor, input, axes }] of plan.assigned) {
    inputs.set(place, input);
    values.set(place, arranged(await tensor.read(), axes, stored.get(place)!.shape));
  }
  const [unnamed, named] = [new Map<string, Tensor>(), new Map<string, Tensor>()];
  for (const [name, tensor] of stored) {
    if (values.has(name)) named.set(name, tensor);
    else if (anonymous.test(name)) unnamed.set(name, tensor);
  }
  for (const [copy, of] of reshapedCopies(unnamed, named)) {
    values.set(copy, { ...values.get(of)!, shape: unnamed.get(copy)!.shape });
  }
  return { inputs, values, report: reportOf(set, plan) };
}

/** How every set of a checkpoint fits, with no number read but those that tell places apart. */
export async function fitsOf(
  model: OnnxModel,
  checkpoint: Checkpoint,
): Promise<{ set: WeightSet; fit: MatchReport | UserError }[]> {
  const fits = [];
  for (const set of networksIn(model, checkpoint)) {
    const plan = await planned(model, checkpoint, set);
    fits.push({ set, fit: plan instanceof UserError ? plan : reportOf(set, plan) });
  }
  return fits;
}

function reportOf(set: WeightSet, { assigned, leftInFile, leftInModel }: Plan): MatchReport {
  const matched = [...assigned.values()].map(({ place, tensor, how }) => ({ place, tensor, how }));
  return { key: set.key, matched, leftInFile, leftInModel };
}

async function fittingSet(
  model: OnnxModel,
  checkpoint: Checkpoint,
): Promise<{ set: WeightSet; plan: Plan }> {
  const fitting: { set: WeightSet; plan: Plan }[] = [];
  let nearest: { error: UserError; names: number } | undefined;
  const places = [...storedTensors(model).keys()];
  for (const set of networksIn(model, checkpoint)) {
    const plan = await planned(model, checkpoint, set);
    if (!(plan instanceof UserError)) {
      fitting.push({ set, plan });
      continue;
    }
    const names = align([...set.tensors.keys()].map(unwrapped), places).hits;
    if (nearest === undefined || names > nearest.names) nearest = { error: plan, names };
  }
  const [only, another] = fitting;
  if (only === undefined) throw nearest!.error;
  if (another === undefined) return only;
  throw severalFit(
    model,
    checkpoint,
    fitting.map(({ set }) => set.key),
  );
}

function severalFit(model: OnnxModel, { path }: Checkpoint, keys: readonly string[]): UserError {
  return new UserError(
    "weights/choose",
    `${path} holds ${keys.length} sets of weights that fit ${basename(model.path)}: ${printable(keys.join(", "))}.`,
    { where: path, todo: `Choose one, like ${withPart(basename(path), keys[0]!)}.` },
  );
}

/** A trainer's module may hold the network several times, itself and its moving average: each is a set of its own. */
function networksIn(model: OnnxModel, { sets }: Checkpoint): WeightSet[] {
  const places = [...storedTensors(model).keys()].filter((name) => !anonymous.test(name));
  return sets.flatMap((given) => {
    const set = { ...given, tensors: plainWeights(given.tensors, places) };
    const { file, rivals } = align([...set.tensors.keys()].map(unwrapped), places);
    if (rivals.length === 0) return [set];
    return [file, ...rivals].flatMap((prefix) => withPrefix(set, prefix) ?? []);
  });
}

/** What goes where, or why the set does not fit. */
async function planned(
  model: OnnxModel,
  checkpoint: Checkpoint,
  set: WeightSet,
): Promise<Plan | UserError> {
  try {
    return await planOf(model, checkpoint, set);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

async function planOf(model: OnnxModel, checkpoint: Checkpoint, set: WeightSet): Promise<Plan> {
  const stored = storedTensors(model);
  const names = namesOf(set);
  const prefix = align(
    [...names.values()],
    [...stored.keys()].filter((name) => !anonymous.test(name)),
  );
  const assigned = new Map<string, Assignment>();
  const left = new Map<string, StoredTensor>();
  /** The file's own names of those that are left, by their names without what wrappers put before them. */
  const full = new Map<string, string>();
  const beside: string[] = [];
  const misshapen = new Map<string, string>();
  const assign = (
    place: string,
    name: string,
    how: How,
    axes: Arrangement,
    input: ParameterInput,
  ): void => {
    const tensor = full.get(name)!;
    assigned.set(place, { place, tensor, how, axes, input, stored: set.tensors.get(tensor)! });
    left.delete(name);
  };
  for (const [fullName, tensor] of set.tensors) {
    const unwrappedName = names.get(fullName)!;
    if (!unwrappedName.startsWith(prefix.file)) {
      // Beside the network in the trainer's module: a loss, a copy, an encoder of its own.
      if (prefix.hits > 0) beside.push(fullName);
      else left.set(unwrappedName, tensor);
      full.set(unwrappedName, fullName);
      continue;
    }
    const name = unwrappedName.slice(prefix.file.length);
    full.set(name, fullName);
    left.set(name, tensor);
    const place = prefix.model + name;
    const target = stored.get(place);
    if (target === undefined) continue;
    if (target.shape.join() === tensor.shape.join()) {
      assign(place, name, "name", null, { name: place, transposed: false });
    } else {
      left.delete(name);
      misshapen.set(
        place,
        `${name} is [${tensor.shape.join(", ")}] instead of [${target.shape.join(", ")}]`,
      );
    }
  }
  const unnamed = new Map(
    [...stored].filter(([name]) => !assigned.has(name) && anonymous.test(name)),
  );
  for (const [name, { shape }] of [...left]) {
    const place = placeByBias(model, prefix.model + name);
    const target = place === undefined || assigned.has(place) ? undefined : stored.get(place);
    if (target?.shape.join() !== shape.join()) continue;
    assign(place!, name, "other-words", null, { name, transposed: false });
    unnamed.delete(place!);
  }
  for (const [name, tensor] of [...left]) {
    const place = await transposedPlace(model, unnamed, left, name, tensor);
    if (place === undefined) continue;
    assign(place, name, "transposed", [1, 0], { name, transposed: true });
    unnamed.delete(place);
  }
  const uses = usesOf(model);
  const free = (): [string, Tensor][] =>
    [...stored].filter(([name]) => !assigned.has(name) && !misshapen.has(name));
  for (const { place, tensor, axes } of inOtherWords(left, free(), uses)) {
    assign(place, tensor, "other-words", axes, { name: place, transposed: false });
  }
  if (assigned.size === 0) {
    for (const { place, tensor, how, axes } of byStructure(left, stored, uses, {
      ordered: set.ordered,
      path: checkpoint.path,
    })) {
      const name = anonymous.test(place) && !isNumber(tensor) ? tensor : place;
      assign(place, tensor, how, axes, { name, transposed: false });
    }
  }
  const constants = constantsOf(model);
  const missing = free().flatMap(([name, { shape }]) =>
    anonymous.test(name) || shape.length === 0 ? [] : [name],
  );
  // Counters and index tables that the network does not compute with are in state dicts all the same.
  const idle = idleIn(model, stored);
  const taken = [...assigned.values()].map((each) => each.stored);
  const [extra, unneeded]: [string[], string[]] = [[], []];
  for (const [name, tensor] of left) {
    if (!isFloat(tensor.dtype) || sizeOf(tensor.shape) === 0) continue;
    if (idle.has(prefix.model + name)) unneeded.push(full.get(name)!);
    else if (!(await isCopy(tensor, taken))) extra.push(name);
  }
  refuse(
    model,
    checkpoint,
    missing.filter((name) => !constants.has(name)),
    extra,
    [...misshapen.values()],
    set,
  );
  return {
    assigned,
    leftInFile: [...beside.filter((name) => isFloat(set.tensors.get(name)!.dtype)), ...unneeded],
    leftInModel: missing,
  };
}

/** Names without wrappers, by the file's; as they are where two would become one. */
function namesOf({ tensors }: WeightSet): Map<string, string> {
  const names = new Map([...tensors.keys()].map((name) => [name, unwrapped(name)]));
  return new Set(names.values()).size === names.size
    ? names
    : new Map([...tensors.keys()].map((name) => [name, name]));
}

/** Every float tensor of the file, copies under their own names. */
export function storedTensors(model: OnnxModel): Map<string, Tensor> {
  const all = new Map([...model.initializers].filter(([, { dtype }]) => isFloat(dtype)));
  for (const [name, kept] of model.copies) {
    const tensor = all.get(kept);
    if (tensor !== undefined) all.set(name, tensor);
  }
  return all;
}

/** Buffers that the exporter names and that state dicts may lack (persistent=False), less running statistics. */
function constantsOf(model: OnnxModel): ReadonlySet<string> {
  const fixed = new Set(declaredBy(model)?.fixed ?? []);
  for (const { opType, input } of model.nodes) {
    if (opType === "BatchNormalization") for (const name of input) fixed.delete(name);
  }
  return fixed;
}

async function transposedPlace(
  model: OnnxModel,
  unnamed: ReadonlyMap<string, Tensor>,
  left: ReadonlyMap<string, StoredTensor>,
  name: string,
  tensor: StoredTensor,
): Promise<string | undefined> {
  if (tensor.shape.length !== 2) return undefined;
  const [rows, columns] = tensor.shape;
  const fits = (
    { shape }: Pick<Tensor, "shape">,
    [n, m]: readonly (number | undefined)[] = [columns, rows],
  ): boolean => shape.length === 2 && shape[0] === n && shape[1] === m;
  const byBias = weightBefore(model, name.replace(/weight$/, "bias"));
  const beside = byBias === undefined ? undefined : unnamed.get(byBias);
  if (byBias !== undefined && beside !== undefined && fits(beside)) return byBias;
  const candidates = [...unnamed].filter(([, each]) => fits(each));
  if (candidates.length === 0) return undefined;
  const wanted = toFloat64(transpose(await tensor.read()));
  const equal = candidates.filter(([, each]) => {
    const data = toFloat64(each);
    return wanted.every((x, i) => x === data[i]);
  });
  if (equal.length === 1) return equal[0]![0];
  const rivals = [...left.values()].filter((other) => fits(other, [rows, columns])).length;
  return candidates.length === 1 && rivals === 1 ? candidates[0]![0] : undefined;
}

/** The weights of the layer that adds a bias of the same module: computed beforehand, they lost their name. */
function placeByBias({ nodes }: OnnxModel, weight: string): string | undefined {
  const bias = weight.replace(/weight$/, "bias");
  if (bias === weight) return undefined;
  const layer = nodes.find(({ opType, input }) => biased.has(opType) && input[2] === bias);
  return layer?.input[1];
}

const biased = new Set(["Conv", "ConvTranspose", "Gemm"]);

/** The initializer that a MatMul multiplies by, where its result is the one that `bias` is added to. */
function weightBefore(model: OnnxModel, bias: string): string | undefined {
  const adding = model.nodes.find(({ opType, input }) => opType === "Add" && input.includes(bias));
  const product = model.nodes.find(
    ({ opType, output }) => opType === "MatMul" && adding?.input.includes(output[0]!) === true,
  );
  return product?.input[1];
}

/** A matrix with rows and columns exchanged. */
export function transpose(tensor: Tensor): Tensor {
  return permuted(tensor, [1, 0]);
}

interface Pair {
  readonly place: string;
  readonly tensor: string;
  readonly axes: Arrangement;
}

/** Names that are the same in the words of two libraries, each but once on its side. */
function inOtherWords(
  left: ReadonlyMap<string, StoredTensor>,
  places: readonly (readonly [string, Tensor])[],
  uses: ReadonlyMap<string, Use>,
): Pair[] {
  const ours = unique([...left.keys()]);
  const theirs = unique(places.map(([name]) => name));
  const shapes = new Map(places.map(([name, { shape }]) => [name, shape]));
  return [...ours].flatMap(([words, tensor]) => {
    const place = theirs.get(words);
    if (place === undefined) return [];
    const axes = arrangement(tensor, left.get(tensor)!.shape, shapes.get(place)!, uses.get(place));
    return axes === undefined || axes === "unknown" ? [] : [{ place, tensor, axes }];
  });
}

function unique(names: readonly string[]): Map<string, string> {
  const found = new Map<string, string | null>();
  for (const name of names) {
    const words = canonical(name);
    found.set(words, found.has(words) ? null : name);
  }
  return new Map([...found].flatMap(([words, name]) => (name === null ? [] : [[words, name]])));
}

/** Where no name agrees: the tensors with names that people gave, else all. */
function byStructure(
  left: ReadonlyMap<string, StoredTensor>,
  stored: ReadonlyMap<string, Tensor>,
  uses: ReadonlyMap<string, Use>,
  file: Omit<Offered, "tensors">,
): ReturnType<typeof matchStructure> & object {
  const tensors = [...left].flatMap(([name, { dtype, shape }]) =>
    isFloat(dtype) && squeezed(shape) !== "" ? [{ name, shape }] : [],
  );
  const all = [...stored].flatMap(([name, { shape }]) =>
    uses.has(name) && squeezed(shape) !== "" ? [{ name, shape }] : [],
  );
  const named = all.filter(({ name }) => !anonymous.test(name));
  return (
    matchStructure({ ...file, tensors }, named, uses) ??
    matchStructure({ ...file, tensors }, all, uses) ??
    []
  );
}

/** What trainers keep of an optimiser: Adam's moments, momenta, counts of steps. */
const ofOptimiser =
  /(^|\.)(exp_avg(_sq)?|max_exp_avg_sq|momentum_buffer|square_avg|acc_delta|step|trace|mu|nu|count)(\.|$)/;

/** Why a set would be nobody's weights, whatever the network; undefined where it may be another's. */
function nobodys({ path }: Checkpoint, { tensors }: WeightSet): UserError | undefined {
  const unread = [...tensors].find(([, { unreadable }]) => unreadable !== undefined);
  if (unread !== undefined) {
    const [name, { unreadable: why }] = unread;
    return unreadable(
      `${path}: ${printable(name)}`,
      why!,
      "Save the weights as plain float tensors.",
    );
  }
  if (![...tensors.keys()].every((name) => ofOptimiser.test(name))) return undefined;
  return new UserError(
    "weights/optimiser",
    `${path} holds the state of an optimiser (${printable([...tensors.keys()].slice(0, 2).join(", "))} …), no weights.`,
    { where: path, todo: "Save the network's state dict: torch.save(model.state_dict(), …)." },
  );
}

function refuse(
  model: OnnxModel,
  checkpoint: Checkpoint,
  missing: readonly string[],
  extra: readonly string[],
  misshapen: readonly string[],
  set: WeightSet,
): void {
  const list = (names: readonly string[]): string =>
    `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
  const faults = [
    ...(missing.length > 0 ? [`it lacks ${list(missing)}`] : []),
    ...(extra.length > 0 ? [`the model has no ${list(extra)}`] : []),
    ...(misshapen.length > 0 ? [list(misshapen)] : []),
  ];
  if (faults.length === 0) return;
  const why = nobodys(checkpoint, set);
  if (why !== undefined) throw why;
  throw new UserError(
    "weights/misfit",
    `${checkpoint.path} does not fit ${basename(model.path)}: ${printable(faults.join("; "))}.`,
    {
      where: checkpoint.path,
      todo: "Take the weights of this network, or export it with noetherscope_export.py, which keeps all names.",
    },
  );
}
