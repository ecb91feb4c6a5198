/** The way of a training through parameter space, seen in a plane through where it ended. */
import { UserError } from "../../../shared/errors";
import type { Tensor } from "../../../shared/tensor";
import { inputName } from "../../graph/ir";
import { combined, dot, norm, plus, scaled, type Direction } from "../directions";
import { symmetricEigen } from "../symmetricEigen";
import type { Place } from "./around";

/** θ in float64, in the order of the network's parameters. */
export function parametersOf({ model, network }: Place): Direction {
  return network.parameters.map((value) => {
    const { data } = model.parameters.get(inputName(value))!;
    return Float64Array.from(data as Float32Array);
  });
}

/**
 * θ_t − θ_T.
 * @param name of the checkpoint t, for the error
 * @throws UserError "landscape/other-network" where they have not the same parameters
 */
export function displacement(place: Place, end: Place, name: string): Direction {
  const shapes = ({ network }: Place): string =>
    JSON.stringify(network.parameters.map(({ shape }: Pick<Tensor, "shape">) => shape));
  if (shapes(place) !== shapes(end)) {
    throw new UserError(
      "landscape/other-network",
      `The parameters of ${name} have other shapes than those of the last checkpoint.`,
      { where: name, todo: "Name checkpoints of one training." },
    );
  }
  return plus(parametersOf(place), -1, parametersOf(end));
}

/**
 * The two directions along which a path varies most about its mean, each turned so that the path begins on its negative
 * side: eigenvectors of the covariance, found from the inner products of the moments.
 * @returns fewer where the path is straight, or does not move
 */
export function principalDirections(path: readonly Direction[]): Direction[] {
  const about = aboutMean(path);
  const n = path.length;
  const products = Float64Array.from({ length: n * n }, (_, k) =>
    dot(about[Math.floor(k / n)]!, about[k % n]!),
  );
  const { values, vectors } = symmetricEigen(products, n);
  // Ascending: the last two.
  return [n - 1, n - 2].flatMap((k) => {
    if (!(values[k]! > FLAT * values[n - 1]!)) return [];
    const direction = combined(about, [...vectors.subarray(k * n, (k + 1) * n)]);
    const turned = dot(direction, path[0]!) > 0 ? -1 : 1;
    return [scaled(direction, turned / norm(direction))];
  });
}

function aboutMean(path: readonly Direction[]): Direction[] {
  const mean = combined(
    path,
    path.map(() => 1 / path.length),
  );
  return path.map((moment) => plus(moment, -1, mean));
}

/** Variance below this share of the largest is rounding of float32 parameters. */
const FLAT = 1e-12;

export interface ProjectedPath {
  /** [moments][directions], in `unit`s from the end. */
  readonly coordinates: readonly (readonly number[])[];
  /** Distance of each moment from the plane, in `unit`s. */
  readonly outside: readonly number[];
  /** Of the path's variance about its mean, inside the plane; NaN where nothing moves. */
  readonly share: number;
}

/** @param basis orthonormal */
export function projected(
  path: readonly Direction[],
  basis: readonly Direction[],
  unit: number,
): ProjectedPath {
  const coordinates = path.map((moment) => basis.map((u) => dot(moment, u) / unit));
  const about = aboutMean(path);
  const all = about.reduce((sum, moment) => sum + dot(moment, moment), 0);
  const inside = about.reduce(
    (sum, moment) => sum + basis.reduce((part, u) => part + dot(moment, u) ** 2, 0),
    0,
  );
  return {
    coordinates,
    outside: path.map((moment, t) => norm(residual(moment, basis, coordinates[t]!, unit)) / unit),
    share: inside / all,
  };
}

function residual(
  moment: Direction,
  basis: readonly Direction[],
  coordinates: readonly number[],
  unit: number,
): Direction {
  return basis.reduce((rest, u, a) => plus(rest, -coordinates[a]! * unit, u), moment);
}
