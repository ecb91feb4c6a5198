/**
 * What a network is told beside the state: numbers, the time, or arrays of the file. Each is a scalar, the same at every
 * point, so a group that acts on the state leaves it as it is.
 */
import { UserError } from "./errors";

export interface Condition {
  readonly name: string;
  /** A number, or the name of an array of the file; `time` is the time of the input's last state. */
  readonly source: number | string;
}

/**
 * Reads `nu=0.01,t=time,mu=parameters/mu`.
 * @throws UserError "data/conditions" naming the part that cannot be read
 */
export function parseConditions(text: string | undefined): Condition[] {
  const parts = (text ?? "").split(",").filter((part) => part.trim() !== "");
  const conditions = parts.map((part) => {
    const at = part.indexOf("=");
    const [name, source] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    if (at < 0 || source === "" || !/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) {
      throw refusal(`“${part.trim()}” is no condition.`);
    }
    return { name, source: Number.isFinite(Number(source)) ? Number(source) : source };
  });
  const names = conditions.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw refusal(`The condition ${twice} is stated twice.`);
  return conditions;
}

function refusal(message: string): UserError {
  return new UserError("data/conditions", message, {
    where: "conditions",
    todo: "Write a name, =, and a number, an array of the file or time, with commas between: nu=0.01,t=time.",
  });
}
