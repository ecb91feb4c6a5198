/**
 * Examples that ship with the program: a folder each, with `example.json` and the files it speaks of. Opening one
 * copies it into a new study, so that it can be changed and kept.
 */
import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { dataOptions } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import { fileError } from "../../shared/fileErrors";

const exampleFile = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  models: z.array(
    z.object({ file: z.string(), name: z.string().optional(), weights: z.string().optional() }),
  ),
  data: z.array(
    z.object({ file: z.string(), name: z.string().optional(), options: dataOptions.default({}) }),
  ),
  /** The subgroup that the example is about, by its key; its figures set it apart. */
  setApart: z.string().nullable().default(null),
});
export type Example = z.infer<typeof exampleFile>;

/** Every example, in the order of their folders' names. */
export async function listExamples(resources: string): Promise<Example[]> {
  const root = join(resources, "examples");
  const names = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw fileError(error, root, "read");
  });
  const texts = await Promise.all(
    names
      .sort()
      .map((name) => readFile(join(root, name, "example.json"), "utf8").catch(() => null)),
  );
  return texts.filter((text) => text !== null).map((text) => exampleFile.parse(JSON.parse(text)));
}

/**
 * Copies an example's files into `study`.
 * @throws UserError "examples/unknown", "file/…"
 */
export async function copyExample(resources: string, id: string, study: string): Promise<Example> {
  const example = (await listExamples(resources)).find((known) => known.id === id);
  if (example === undefined)
    throw new UserError("examples/unknown", `There is no example “${id}”.`);
  const from = join(resources, "examples", id);
  const files = [
    ...example.models.flatMap(({ file, weights }) =>
      weights === undefined ? [file] : [file, weights],
    ),
    ...example.data.map(({ file }) => file),
  ];
  try {
    await mkdir(join(study, "files"), { recursive: true });
    for (const file of new Set(files)) {
      await copyFile(join(from, file), join(study, "files", basename(file)));
    }
  } catch (error) {
    throw fileError(error, study, "write");
  }
  return example;
}
