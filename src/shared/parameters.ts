/**
 * A parameter is written once: the window's form, the command line's flags, the documentation and the check at
 * the process boundary all follow from its record here.
 */
import { UserError } from "./errors";
import type { Preview, PreviewContext } from "./formulas/preview";
import { didYouMean } from "./nearest";

interface Common<T> {
  readonly label: string;
  /** One sentence: what it does and how to choose it. */
  readonly help: string;
  readonly default: T;
  /** Folded away in the form until asked for. */
  readonly advanced?: boolean;
  /** Whether only states on a grid have it, or only others; the form leaves it out elsewhere. */
  readonly of?: "fields" | "vectors";
  /** Whether the data alone have no use for it; the form leaves it out then. */
  readonly needs?: "model";
}

export type Parameter =
  | (Common<number> & {
      readonly kind: "integer";
      readonly min?: number;
      readonly max?: number;
      readonly unit?: string;
    })
  | (Common<number> & {
      readonly kind: "number";
      readonly min?: number;
      readonly max?: number;
      readonly unit?: string;
      /** Steps of the form's control: by factors of ten, or even. */
      readonly scale?: "linear" | "log";
    })
  | (Common<boolean> & { readonly kind: "boolean" })
  | (Common<string> & {
      readonly kind: "choice";
      readonly options: readonly {
        readonly value: string;
        readonly label: string;
        readonly help?: string;
      }[];
    })
  /** Free text with a syntax of its own, checked by `check`, which returns what is wrong or null. */
  | (Common<string> & {
      readonly kind: "text";
      readonly example?: string;
      readonly check?: (text: string) => string | null;
      /** How a formula is understood, for the line beneath its field. */
      readonly preview?: (text: string, context: PreviewContext) => Preview;
    });

export type ParameterSchema = Readonly<Record<string, Parameter>>;

export type ParameterValue = number | boolean | string;

export type ParameterValues<S extends ParameterSchema> = {
  readonly [K in keyof S]: S[K] extends { kind: "integer" | "number" }
    ? number
    : S[K] extends { kind: "boolean" }
      ? boolean
      : string;
};

/** The defaults of a schema. */
export function defaultsOf<S extends ParameterSchema>(schema: S): ParameterValues<S> {
  return Object.fromEntries(
    Object.entries(schema).map(([name, parameter]) => [name, parameter.default]),
  ) as ParameterValues<S>;
}

/**
 * Complete, checked values from what a form, a flag or a file gives; strings are read as the parameter's kind.
 * @throws UserError "params/unknown" or "params/invalid", naming the parameter and what it takes
 */
export function parseParameters<S extends ParameterSchema>(
  schema: S,
  given: Readonly<Record<string, unknown>>,
): ParameterValues<S> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(schema, name)) {
      throw new UserError("params/unknown", `There is no option “${name}” here.`, {
        where: name,
        todo: didYouMean(name, Object.keys(schema)) ?? `Known: ${Object.keys(schema).join(", ")}.`,
      });
    }
  }
  return Object.fromEntries(
    Object.entries(schema).map(([name, parameter]) => [
      name,
      given[name] === undefined ? parameter.default : readParameter(name, parameter, given[name]),
    ]),
  ) as ParameterValues<S>;
}

function readParameter(name: string, parameter: Parameter, given: unknown): ParameterValue {
  const refuse = (expected: string, todo?: string): UserError =>
    new UserError(
      "params/invalid",
      `“${name}” is ${JSON.stringify(given)}, but takes ${expected}.`,
      { where: name, ...(todo === undefined ? {} : { todo }) },
    );
  switch (parameter.kind) {
    case "integer":
    case "number": {
      const value = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
      const { min, max } = parameter;
      const range =
        (min === undefined ? "" : ` from ${min}`) + (max === undefined ? "" : ` up to ${max}`);
      const kind = parameter.kind === "integer" ? "a whole number" : "a number";
      if (
        typeof value !== "number" ||
        !Number.isFinite(value) ||
        (parameter.kind === "integer" && !Number.isInteger(value)) ||
        (min !== undefined && value < min) ||
        (max !== undefined && value > max)
      ) {
        throw refuse(kind + range);
      }
      return value;
    }
    case "boolean":
      if (given === true || given === "true" || given === "") return true;
      if (given === false || given === "false") return false;
      throw refuse("true or false");
    case "choice": {
      const values = parameter.options.map(({ value }) => value);
      if (values.includes(given as string)) return given as string;
      throw refuse(`one of ${values.join(", ")}`, didYouMean(String(given), values));
    }
    case "text": {
      if (typeof given !== "string") throw refuse("text");
      const wrong = parameter.check?.(given) ?? null;
      if (wrong !== null) throw refuse(wrong);
      return given;
    }
  }
}
