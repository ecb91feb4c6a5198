/** What every analysis along generators on fields must know of the fields. */
import type { GeneratorOptions } from "../generators/catalogue";
import { parseMasses, parseWeights } from "../generators/choose";
import type { ParameterSchema, ParameterValues } from "../parameters";
import { wrongIn } from "./wrongIn";

export const generatorParameters = {
  velocity: {
    kind: "text",
    label: "Velocity",
    help: "Which vector field a boost shifts: its name, or momentum/density, or momentum/density/energy; empty for the only one.",
    default: "",
    example: "velocity",
    advanced: true,
  },
  "time-field": {
    kind: "text",
    label: "Time field",
    help: "The input field that holds the time, for time; empty for one named t or time.",
    default: "",
    advanced: true,
  },
  "field-weights": {
    kind: "text",
    label: "Field weights",
    help: "How fields grow under scale and density; without, vectors are pushed forward (1), densities keep their integral, and density scales those of kind density.",
    default: "",
    check: (text) => wrongIn(() => parseWeights(text)),
    example: "rho:1,p:1",
    advanced: true,
  },
} as const satisfies ParameterSchema;

/**
 * @param dt as typed, 0 for the data's @param stated by the data; null where they say nothing
 * @throws UserError for weights that cannot be read
 */
export function generatorOptions(
  params: ParameterValues<typeof generatorParameters> & {
    readonly dt: number;
    readonly masses?: string;
  },
  stated: number | null,
): GeneratorOptions {
  return {
    dt: params.dt > 0 ? params.dt : stated,
    velocity: params.velocity,
    timeField: params["time-field"],
    weights: parseWeights(params["field-weights"]),
    masses: parseMasses(params.masses ?? ""),
  };
}
