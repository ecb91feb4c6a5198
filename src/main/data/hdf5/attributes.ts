/** Attributes of HDF5 objects as plain values. */
import type { Attributes, AttributeValue } from "../arrayFile";
import type { Handle } from "./handle";
import type { Library } from "./library";

/** Longer ones are no description but data, or a lie about their size. */
const LONGEST = 1 << 20;

/** Classes of types whose values can be told in a word: integers, floats, strings, enumerations. */
const simple = new Set([0, 1, 3, 8]);

/** What cannot be read as numbers, words or truth values is left out. */
export function attributesOf(library: Library, handle: Handle, path: string): Attributes {
  const found: Record<string, AttributeValue> = {};
  let file: bigint;
  let names: string[];
  try {
    file = handle.number();
    names = library.calls.get_attribute_names(file, path);
  } catch {
    // The object is not there or damaged; whoever reads its data says so.
    return found;
  }
  for (const name of names) {
    try {
      const attribute = new library.Attribute(file, path, name);
      const { type, size, total_size: elements, shape } = attribute.metadata;
      if (shape === null || !simple.has(type) || size * elements > LONGEST) continue;
      const value = plain(attribute.json_value);
      if (value !== undefined) found[name] = value;
    } catch (error) {
      library.look(error);
      // One attribute that cannot be read is no reason to refuse the file.
    }
  }
  return found;
}

function plain(value: unknown): AttributeValue | undefined {
  if (isWord(value)) return value;
  return Array.isArray(value) && value.every(isWord) ? value : undefined;
}

function isWord(value: unknown): value is number | string | boolean {
  return ["number", "string", "boolean"].includes(typeof value);
}
