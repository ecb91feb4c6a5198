/** The study's networks as a comparison names them: files from the model's folder, weights of their own after "with". */
import type { DataEntry, ModelEntry, Study } from "../../shared/contract";
import { misfit } from "./pairs";

export interface NamedNetwork {
  readonly id: string;
  readonly name: string;
  /** What the parameter "checkpoints" says for it. */
  readonly text: string;
}

/** The others that take such data, as they are named beside that model. */
export function networksBeside(
  { models }: Study,
  model: ModelEntry,
  data: DataEntry,
): NamedNetwork[] {
  const others = models.filter(
    (one) => one.id !== model.id && one.state !== "missing" && misfit(one, data) === null,
  );
  return others.map(({ id, name, file, weights }) => {
    const network = fromFolderOf(model.file.path, file.path);
    const apart = weights === null ? "" : ` with ${fromFolderOf(model.file.path, weights.path)}`;
    return { id, name, text: network + apart };
  });
}

/** Those of the list that the text names, and what else it names. */
export function chosenOf(
  text: string,
  offered: readonly NamedNetwork[],
): { readonly chosen: readonly string[]; readonly rest: string } {
  const named = parts(text);
  return {
    chosen: offered.filter((one) => named.includes(one.text)).map(({ id }) => id),
    rest: named.filter((part) => !offered.some((one) => one.text === part)).join(", "),
  };
}

export function textOf(
  chosen: readonly string[],
  offered: readonly NamedNetwork[],
  rest: string,
): string {
  const texts = offered.filter(({ id }) => chosen.includes(id)).map((one) => one.text);
  return [...texts, ...parts(rest)].join(", ");
}

const parts = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** A path from the folder that another file lies in: a study keeps its names where it is moved, and commas in its own. */
function fromFolderOf(file: string, path: string): string {
  const separator = file.includes("\\") ? "\\" : "/";
  const [folder, target] = [file.split(separator).slice(0, -1), path.split(separator)];
  const differs = folder.findIndex((part, k) => part !== target[k]);
  const common = differs < 0 ? folder.length : differs;
  // On another drive, and where nothing but the root is shared, the way there would be longer than the path.
  if (common < 2) return path;
  return [...folder.slice(common).map(() => ".."), ...target.slice(common)].join(separator);
}
