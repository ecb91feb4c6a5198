/** How a prediction's numbers are grouped, seen from the states that it is made from. */
import { UserError } from "../errors";
import { sizeOf } from "../tensor";
import { layoutOf, type Layout } from "./layout";
import { rolesOf } from "./roles";

/**
 * As `split` says; else the state's own grouping where it has as many numbers; a vector a particle or one for all where
 * the numbers are as many; numbers that do not turn where they are one a particle or one alone.
 * @throws UserError "states/split", "states/prediction"
 */
export function predictionLayout(state: Layout, shape: readonly number[], split: string): Layout {
  if (split.trim() !== "") return layoutOf(shape, split);
  const size = sizeOf(shape);
  const { particles, components } = state;
  if (size === particles * components) return state;
  const { dimension } = rolesOf(state);
  if (size === particles * dimension) return layoutOf([size], `${particles}x(vector:${dimension})`);
  if (size === dimension) return layoutOf([size], `vector:${dimension}`);
  if (size === particles) return layoutOf([size], `${particles}x(number:1)`);
  if (size === 1) return layoutOf([size], "number:1");
  throw new UserError(
    "states/prediction",
    `The model maps a state of ${particles * components} numbers to ${size}, and nothing says how these move.`,
    {
      where: "output-split",
      todo: "State their parts (--output-split on the command line), for example 5x(force:3), or energy:1,spin:3.",
    },
  );
}
