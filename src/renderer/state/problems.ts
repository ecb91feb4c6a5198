/** What is wrong with each value of a form, in words. */
import { toErrorRecord } from "../../shared/errors";
import { parseParameters, type Parameter, type ParameterValue } from "../../shared/parameters";

/** By parameter; a sentence speaks of its field by the label that stands beside it. */
export function problemsOf(
  parameters: Readonly<Record<string, Parameter>>,
  values: Readonly<Record<string, ParameterValue>>,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    try {
      parseParameters(parameters, { [name]: value });
    } catch (error) {
      const label = parameters[name]?.label ?? name;
      found[name] = toErrorRecord(error).message.replaceAll(`“${name}”`, `“${label}”`);
    }
  }
  return found;
}
