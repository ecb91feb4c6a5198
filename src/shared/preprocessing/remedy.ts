/** The remedy for a normalisation that does not commute with the group: pooled statistics where it does not, the rest stays. */
import { readNotice } from "../analyses/notices";
import { parseNormalise, showNormalise, type NormaliseChoice } from "./normalise";

/** null while it is being typed. */
function readable(text: string): NormaliseChoice | null {
  try {
    return parseNormalise(text);
  } catch {
    return null;
  }
}

/**
 * The normalisation with which none of these notices is said any more.
 * @param text as it is stated now
 * @returns null where no notice speaks of it, and where it is that of a training
 */
export function withPooled(text: string, notices: readonly string[]): string | null {
  const fields = notices.flatMap((notice) => {
    const read = readNotice(notice);
    return read?.code === "normalise/commutes" ? [read.about.split(" ")[0]!] : [];
  });
  const choice = fields.length === 0 ? null : readable(text);
  // A network that was trained in other variables does not become one that was trained in these.
  if (choice === null || choice.kind === "auto") return null;
  // Numbers of channels may be those of the fields in question, and a file states all of them.
  if (choice.kind !== "entries" || choice.entries.some(({ name }) => /^\d+$/.test(name ?? ""))) {
    return "pooled";
  }
  const kept = choice.entries.filter(
    ({ name }) => !fields.some((field) => name === field || name?.startsWith(`${field}.`)),
  );
  const pooled = fields.map((name) => ({ name, log: null, scaling: "pooled" }) as const);
  return showNormalise([...kept, ...pooled]);
}
