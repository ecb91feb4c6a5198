/**
 * What of an FNO is neither in the names nor in the shapes of its weights: read from the arguments it was made with, and
 * where those are not there, neuralop's defaults, each said aloud.
 */
import { UserError } from "../../../../shared/errors";
import type { Activation } from "../../architectures/layers";
import type { Argument, Arguments, Named } from "./arguments";
import { releases, type Release } from "./modes";

export type Skip = "identity" | "none";

export interface Settings {
  readonly activation: Activation;
  /** tanh before each spectral convolution. */
  readonly stabilized: boolean;
  readonly preactivation: boolean;
  /** Of norms that have no weights. */
  readonly norm: "none" | "instance";
  readonly normGroups: number;
  /** Added to each axis, as a part of its points. */
  readonly padding: readonly number[];
  readonly paddedSides: "end" | "both";
  /** First coordinate of each axis and the one its last point stops short of; null where none are appended, undefined where nothing says. */
  readonly embedding: readonly (readonly [number, number])[] | null | undefined;
  /** Of skips that have no weights; undefined where nothing says. */
  readonly fnoSkip: Skip | undefined;
  readonly mlpSkip: Skip | undefined;
  /** Modes in use of each axis of the weights; null for all. */
  readonly modes: readonly number[] | null;
  readonly release: Release | undefined;
  /** What was taken for granted or changed, each a sentence. */
  readonly remarks: readonly string[];
}

/**
 * @param dimension axes of the grid
 * @throws UserError "fno/unsupported" naming the argument that asks for what is not built here, "fno/argument" where one cannot be understood
 */
export function settingsOf(given: Arguments, dimension: number): Settings {
  const stated = (...names: string[]): Argument | undefined => {
    for (const name of names) if (given.has(name)) return given.get(name);
    return undefined;
  };
  assertSupported(stated);
  const padding = stated("domain_padding");
  const precision = stated("fno_block_precision");
  const notStated = (
    [
      ["domain_padding", "no padding of the domain"],
      ["norm", "no normalisation without weights"],
      ["non_linearity", "GELU"],
    ] as const
  ).flatMap(([name, usual]) => (given.has(name) ? [] : [usual]));
  const group = Number(stated("norm_groups") ?? 1);
  return {
    activation: activationOf(stated("non_linearity")),
    stabilized: stabilizedBy(stated("stabilizer")),
    preactivation: stated("preactivation") === true,
    norm: stated("norm") === "instance_norm" ? "instance" : "none",
    normGroups: group,
    padding: perAxis("domain_padding", padding ?? 0, dimension, (part) => part >= 0 && part <= 8),
    paddedSides: sidesOf(stated("domain_padding_mode"), padding, given),
    embedding: boundariesOf(stated("positional_embedding"), dimension),
    fnoSkip: skipOf("fno_skip", stated("fno_skip")),
    mlpSkip: skipOf("channel_mlp_skip", stated("channel_mlp_skip", "mlp_skip")),
    modes: modesInUse(stated("n_modes"), dimension),
    release: releaseOf(given),
    remarks: [
      ...(notStated.length === 0
        ? []
        : [
            `The checkpoint does not say how FNO(…) was called, so neuralop’s defaults are taken: ${notStated.join(", ")}. Put NAME_metadata.pkl beside NAME_state_dict.pt, or state them with model build --init.`,
          ]),
      ...(precision === "half" || precision === "mixed"
        ? [`It was trained in ${precision} precision; it is computed in float32 here.`]
        : []),
    ],
  };
}

function assertSupported(stated: (...names: string[]) => Argument | undefined): void {
  const refuse = (what: string): never => {
    throw new UserError("fno/unsupported", `The operator ${what}, which is not built here.`, {
      where: "init",
      todo: "Export the network itself with noetherscope_export.py.",
    });
  };
  const model = stated("_name");
  if (typeof model === "string" && !/^T?FNO([123]d)?$/.test(model)) refuse(`is a ${model}`);
  const conv = stated("conv_module", "SpectralConv");
  const convName = isNamed(conv) ? conv.name : "SpectralConv";
  if (convName !== "SpectralConv") refuse(`convolves with ${convName}`);
  if (stated("complex_data") === true) refuse("works on complex fields");
  if (stated("norm") === "ada_in") refuse("is normalised by an embedding (ada_in)");
  const scaling = stated("resolution_scaling_factor", "output_scaling_factor");
  const factors = [scaling ?? 1].flat(3) as Argument[];
  if (factors.some((factor) => factor !== 1 && factor !== null)) refuse("changes the resolution");
}

function isNamed(value: Argument | undefined): value is Named {
  return typeof value === "object" && value !== null && "name" in value;
}

function unclear(name: string, wanted: string): UserError {
  return new UserError("fno/argument", `${name} is not understood.`, {
    where: name,
    todo: `It is ${wanted}.`,
  });
}

function activationOf(value: Argument | undefined): Activation {
  const name = isNamed(value) ? value.name.toLowerCase() : (value ?? "gelu");
  // torch.nn.GELU can be asked for the approximation, torch.nn.functional.gelu alone not.
  const approximated = isNamed(value) && value.parts.get("approximate") === "tanh";
  if (!approximated && ["gelu", "relu", "silu", "tanh"].includes(String(name))) {
    return name as Activation;
  }
  throw new UserError(
    "fno/unsupported",
    `The operator’s activation is ${approximated ? "GELU by tanh" : String(name)}, which is not built here.`,
    {
      where: "non_linearity",
      todo: "gelu, relu, silu and tanh are; else export the network itself with noetherscope_export.py.",
    },
  );
}

function stabilizedBy(value: Argument | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (value === "tanh") return true;
  throw unclear("stabilizer", "tanh or none");
}

/** One number for all axes, or one each. */
function perAxis(
  name: string,
  value: Argument,
  dimension: number,
  sound: (part: number) => boolean,
): number[] {
  const parts = Array.isArray(value)
    ? (value as Argument[])
    : Array.from({ length: dimension }, () => value);
  const numbers = parts.map((part) => (part === null ? 0 : part));
  if (
    numbers.length === dimension &&
    numbers.every((part) => typeof part === "number" && sound(part))
  ) {
    return numbers as number[];
  }
  throw unclear(name, `a number like 0.25, or ${dimension} of them in brackets`);
}

/** Releases with a mode say it; those without, from 2.0.0 on, pad on both sides. */
function sidesOf(
  mode: Argument | undefined,
  padding: Argument | undefined,
  given: Arguments,
): "end" | "both" {
  if (mode === "one-sided") return "end";
  if (mode === "symmetric") return "both";
  if (mode !== undefined && mode !== null) {
    throw unclear("domain_padding_mode", "one-sided or symmetric");
  }
  const pads = [padding ?? 0].flat().some((part) => part !== 0);
  if (!pads || given.has("_name")) return "both";
  throw new UserError("fno/padding", "On which sides the domain is padded is not said.", {
    where: "domain_padding_mode",
    todo: "State domain_padding_mode=one-sided (the default up to neuralop 1.0.2) or symmetric (always since 2.0.0).",
  });
}

function boundariesOf(
  value: Argument | undefined,
  dimension: number,
): readonly (readonly [number, number])[] | null | undefined {
  if (value === undefined || value === null) return value;
  if (value === "grid") return Array.from({ length: dimension }, () => [0, 1] as const);
  if (isNamed(value) && /^GridEmbedding(2D|ND)$/.test(value.name)) {
    const pairs = value.parts.get("grid_boundaries");
    if (
      Array.isArray(pairs) &&
      pairs.length === dimension &&
      pairs.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isFinite))
    ) {
      return pairs as unknown as [number, number][];
    }
  }
  throw unclear("positional_embedding", "grid or none");
}

function skipOf(name: string, value: Argument | undefined): Skip | undefined {
  if (value === undefined) return undefined;
  if (value === null) return "none";
  const kind = typeof value === "string" ? value.toLowerCase() : "";
  if (kind === "identity") return "identity";
  // Those with weights are told by them.
  if (kind === "linear" || kind === "soft-gating") return undefined;
  throw unclear(name, "linear, soft-gating, identity or none");
}

/** Of the last axis half are kept, and the mean. */
function modesInUse(value: Argument | undefined, dimension: number): number[] | null {
  if (value === undefined || value === null) return null;
  const modes = perAxis(
    "n_modes",
    value,
    dimension,
    (count) => Number.isInteger(count) && count > 0,
  );
  return modes.map((count, axis) => (axis === dimension - 1 ? Math.floor(count / 2) + 1 : count));
}

/** Arguments come and go with releases. */
function releaseOf(given: Arguments): Release | undefined {
  const stated = given.get("release");
  if (stated !== undefined) {
    const release = releases.find((each) => each === String(stated));
    if (release === undefined) throw unclear("release", `one of ${releases.join(", ")}`);
    return release;
  }
  if (given.has("enforce_hermitian_symmetry")) return "later";
  if (given.has("domain_padding_mode")) return "1.0";
  return given.has("_name") ? "2.0" : undefined;
}
