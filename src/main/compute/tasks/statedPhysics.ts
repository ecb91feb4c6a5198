/** Parameters of an analysis completed by what the data file says of its physics, where nobody chose otherwise. */
import type { ParameterValue } from "../../../shared/parameters";
import { catalogue } from "../../../shared/physics/catalogue";
import type { StatedPhysics } from "../../../shared/physics/stated";

type Parameters = Readonly<Record<string, ParameterValue>>;

/**
 * The physics that the file states takes the place of `auto`; its coefficients stand before those that are given, which
 * therefore count. Whoever chose another physics means other letters.
 * @param channels names that formulas know already: a coefficient of the same name is left out
 */
export function withStatedPhysics(
  parameters: Parameters,
  stated: StatedPhysics | undefined,
  channels: readonly string[],
): Parameters {
  const { physics, coefficients } = parameters;
  if (stated === undefined || typeof physics !== "string" || typeof coefficients !== "string") {
    return parameters;
  }
  const known = catalogue.some(({ id }) => id === stated.physics);
  if (!known || (physics !== "auto" && physics !== stated.physics)) return parameters;
  const own = Object.entries(stated.coefficients)
    .filter(([name]) => !channels.includes(name))
    .map(([name, value]) => `${name}=${value}`);
  return {
    ...parameters,
    physics: stated.physics,
    coefficients: [...own, coefficients.trim()].filter((part) => part !== "").join(","),
  };
}
