/** Where a normalisation does not commute with a group: the network cannot be equivariant then, whatever it has learned. */
import { codedNotice } from "../../shared/analyses/notices";
import type { ChannelGroup, FieldSpec } from "../../shared/fields/spec";
import { channelMoves } from "../../shared/groups/channelMoves";
import { determinant, type SignedPermutation } from "../../shared/groups/element";
import type { Group } from "../../shared/groups/group";
import type { Normalisation } from "./normalise";

/** Equal to what float32 statistics of a large data set can tell. */
const TOLERANCE = 1e-5;

/**
 * A sentence for each field whose normalisation does not commute with the group, once for all the states of a history.
 * @param stage a network that is yet to be trained can have another normalisation; one that was trained keeps its own
 */
export function normalisationWarnings(
  normalisation: Normalisation,
  spec: FieldSpec,
  group: Group,
  stage: "to be trained" | "trained" = "trained",
): string[] {
  const frames = new Set(spec.map(({ name }) => withoutTime(name)));
  const warnings = spec.flatMap((field) => {
    const broken = group.elements.find(({ matrix }) => !commutes(normalisation, field, matrix));
    if (broken === undefined) return [];
    const { kind, channels } = field;
    // A history has every field several times; otherwise `v_2` is a field's own name.
    const name = spec.length === frames.size ? field.name : withoutTime(field.name);
    const values = (list: readonly number[]): string =>
      channels.map((channel) => list[channel]!.toPrecision(3).replaceAll("-", "−")).join(", ");
    const logged = channels.some((channel) => epsilonOf(normalisation, channel) !== null);
    const what = logged
      ? "by the logarithm of what has a sign"
      : `(mean ${values(normalisation.mean)}; standard deviation ${values(normalisation.std)})`;
    const remedy =
      kind === "vector" || kind === "tensor"
        ? "equal standard deviations and zero means for its components"
        : "a zero mean for it";
    const problem = `${name} ${what} does not commute with ${broken.label}`;
    return [
      stage === "trained"
        ? codedNotice("normalise/trained", problem)
        : codedNotice(
            "normalise/commutes",
            `${problem}, so the model in these variables cannot be equivariant: use ${remedy}`,
          ),
    ];
  });
  return [...new Set(warnings)];
}

/** `v` of `v_2`, the second of several states. */
function withoutTime(name: string): string {
  return name.replace(/_\d+$/, "");
}

function epsilonOf({ log }: Normalisation, channel: number): number | null {
  return log?.[channel] ?? null;
}

function commutes(
  normalisation: Normalisation,
  field: ChannelGroup,
  matrix: SignedPermutation,
): boolean {
  const { kind, channels } = field;
  if (kind === "tensor") return commutesWithMoves(normalisation, field, matrix);
  const { mean, std } = normalisation;
  const [first = 0, second = 0] = channels;
  const logged = channels.some((channel) => epsilonOf(normalisation, channel) !== null);
  if (kind === "pseudoscalar") {
    if (determinant(matrix) === 1) return true;
    return !logged && Math.abs(mean[first]!) <= TOLERANCE * std[first]!;
  }
  if (kind !== "vector") return true;
  if (logged && matrix.some((row, i) => row[i] !== 1)) return false;
  const scale = Math.max(std[first]!, std[second]!);
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= TOLERANCE * scale;
  const [m0, m1] = [mean[first]!, mean[second]!];
  const fixed = matrix.every((row, i) => near(row[0] * m0 + row[1] * m1, i === 0 ? m0 : m1));
  const exchanges = matrix[0][0] === 0;
  return fixed && (!exchanges || near(std[first]!, std[second]!));
}

/** Every component is normalised as what it becomes, with its sign. */
function commutesWithMoves(
  normalisation: Normalisation,
  field: ChannelGroup,
  matrix: SignedPermutation,
): boolean {
  const { mean, std } = normalisation;
  const { source, sign } = channelMoves(matrix, [field], mean.length);
  return field.channels.every((to) => {
    const [from, turned] = [source[to]!, sign[to]!];
    const scale = Math.max(std[to]!, std[from]!);
    const near = (a: number, b: number): boolean => Math.abs(a - b) <= TOLERANCE * scale;
    const epsilon = epsilonOf(normalisation, to);
    if (epsilon !== epsilonOf(normalisation, from) || (epsilon !== null && turned < 0))
      return false;
    return near(mean[to]!, turned * mean[from]!) && near(std[to]!, std[from]!);
  });
}
