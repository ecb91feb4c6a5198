/** The slice of parameter space that a landscape shows: its directions and its unit. */
import type { LandscapeParameters } from "../../../shared/analyses/landscape";
import { UserError } from "../../../shared/errors";
import type { Tensor } from "../../../shared/tensor";
import type { SampleNetwork } from "../network";
import { dot, filterNormalised, norm, orthonormal, type Direction } from "../directions";
import type { MeanGradient } from "./meanGradient";

/** The step whose predicted decrease is this fraction of the loss is the unit r of both axes. */
const DECREASE = 0.1;

export interface Slice {
  /** One or two orthonormal vectors. */
  readonly basis: readonly Direction[];
  /** Parameter-space length of 1 on the axes. */
  readonly unit: number;
  /** Of both gradients. */
  readonly cosine: number;
  readonly notices: string[];
}

/**
 * From the mean gradients at x and at g·x, both of all parameters.
 * @throws UserError "landscape/no-gradient" where there is no direction to draw, "landscape/no-filters", "model/not-finite"
 */
export function sliceOf(
  params: LandscapeParameters,
  network: SampleNetwork,
  values: ReadonlyMap<string, Tensor>,
  x: MeanGradient,
  gx: MeanGradient,
): Slice {
  const length = norm(x.gradient);
  if (!Number.isFinite(length + norm(gx.gradient) + x.loss + gx.loss)) {
    throw new UserError(
      "model/not-finite",
      "The model's mean loss or gradient is not finite on these samples.",
      { todo: "Check weights and normalisation, or choose other samples." },
    );
  }
  if (length === 0) {
    throw new UserError(
      "landscape/no-gradient",
      "The mean loss gradient on these samples is exactly zero, so no step has a size to start from.",
      { todo: "Check that the network's output depends on its parameters here." },
    );
  }
  const unit = (DECREASE * x.loss) / length;
  const cosine = dot(x.gradient, gx.gradient) / (length * norm(gx.gradient));
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
