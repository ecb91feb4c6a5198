/** The slice of parameter space that a landscape shows: its directions and its unit. */
import type { LandscapeParameters } from "../../../shared/analyses/landscape";
import { UserError } from "../../../shared/errors";
import type { Tensor } from "../../../shared/tensor";
import type { SampleNetwork } from "../network";
import { dot, filterNormalised, norm, orthonormal, type Direction } from "../directions";
import type { MeanGradient } from "./meanGradient";
import { principalDirections } from "./path";

/** The step whose predicted decrease is this fraction of the loss is the unit r of both axes. */
const DECREASE = 0.1;

export interface Slice {
  /** One or two orthonormal vectors. */
  readonly basis: readonly Direction[];
  /** Parameter-space length of 1 on the axes. */
  readonly unit: number;
  /** Of both gradients, in all of parameter space. */
  readonly cosine: number;
  readonly notices: string[];
}

/** Of the two mean gradients; NaN where one vanishes. */
export function cosineOf(x: MeanGradient, gx: MeanGradient): number {
  return dot(x.gradient, gx.gradient) / (norm(x.gradient) * norm(gx.gradient));
}

/** @throws UserError "model/not-finite" */
export function assertFinite([x, gx]: readonly [MeanGradient, MeanGradient]): void {
  if (Number.isFinite(norm(x.gradient) + norm(gx.gradient) + x.loss + gx.loss)) return;
  throw new UserError(
    "model/not-finite",
    "The model's mean loss or gradient is not finite on these samples.",
    { todo: "Check weights and normalisation, or choose other samples." },
  );
}

/**
 * From the mean gradients at x and at g·x, both of all parameters.
 * @param path moments of the training less its end, where the directions are its own
 * @throws UserError "landscape/no-gradient" where there is no direction to draw, "landscape/no-filters",
 * "landscape/no-path", "model/not-finite"
 */
export function sliceOf(
  params: LandscapeParameters,
  network: SampleNetwork,
  values: ReadonlyMap<string, Tensor>,
  x: MeanGradient,
  gx: MeanGradient,
  path: readonly Direction[],
): Slice {
  assertFinite([x, gx]);
  const length = norm(x.gradient);
  if (length === 0) {
    throw new UserError(
      "landscape/no-gradient",
      "The mean loss gradient on these samples is exactly zero, so no step has a size to start from.",
      { todo: "Check that the network's output depends on its parameters here." },
    );
  }
  const unit = (DECREASE * x.loss) / length;
  const cosine = cosineOf(x, gx);
  if (params.directions === "path") return { ...alongPath(path, params.plane), cosine };
  if (params.directions === "random") {
    const tensors = [...values.values()];
    const [first, second] = [0, 1].map((k) => filterNormalised(tensors, params.seed, 3 + k));
    const basis = orthonormal(first!, second!);
    if (basis.length === 0) {
      throw new UserError(
        "landscape/no-filters",
        `None of the ${network.parameters.length} parameters has filters, so there is no random direction.`,
        { where: "directions", todo: "Use orbit directions." },
      );
    }
    return { basis: params.plane ? basis : basis.slice(0, 1), unit, cosine, notices: [] };
  }
  const basis = orthonormal(x.gradient, gx.gradient);
  const parallel =
    params.plane && basis.length === 1 && params.element !== "e"
      ? [
          "The gradients at x and g·x are parallel to a thousandth, so a line is drawn instead of a plane.",
        ]
      : [];
  return { basis: params.plane ? basis : basis.slice(0, 1), unit, cosine, notices: parallel };
}

/** The principal directions of a path through its end; the unit is its farthest moment's distance, in their plane. */
function alongPath(path: readonly Direction[], plane: boolean): Omit<Slice, "cosine"> {
  const found = path.length < 2 ? [] : principalDirections(path);
  if (found.length === 0) {
    throw new UserError(
      "landscape/no-path",
      path.length < 2
        ? "The directions of a path need at least two checkpoints."
        : "The checkpoints all have the same parameters, so their path has no direction.",
      {
        where: "checkpoints",
        todo: "Name more checkpoints of a training, or use orbit directions.",
      },
    );
  }
  const basis = plane ? found : found.slice(0, 1);
  const unit = Math.max(...path.map((moment) => Math.hypot(...basis.map((u) => dot(moment, u)))));
  const straight =
    plane && found.length === 1
      ? ["The path of the checkpoints is straight, so a line is drawn instead of a plane."]
      : [];
  return { basis, unit, notices: straight };
}
