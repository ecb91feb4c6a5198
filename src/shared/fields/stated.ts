/**
 * What a model's file says of the states that it takes: noetherscope_export.py writes it into the file's metadata as
 * JSON. Data opened for the model are read so where nothing else says what they are.
 */
import { z } from "zod";
import { channelCount, parseFieldSpec, showFieldSpec, type FieldSpec } from "./spec";

export interface StatedFields {
  /** `scalar:p,vector:v`, as `showFieldSpec` writes it; null where the file says nothing of channels. */
  readonly fields: string | null;
  /** Number of channels that the fields name; null where there are none. */
  readonly channels: number | null;
  /** null where they are the input's. */
  readonly outputFields: string | null;
  /** A letter an axis of the batch, `b,p,c`, in the order in which the program sees them; null where not stated. */
  readonly axes: string | null;
  /** Whether nobody stated the axes and the exporter took the usual ones; absent where they were stated. */
  readonly axesGuessed?: true;
  readonly boundary: "periodic" | "open" | null;
  /** Time between input and output. */
  readonly dt: number | null;
  /** Sides of the box in the order of the grid's axes; one number is the longest side, of square cells. */
  readonly length: readonly number[] | null;
}

/** What is not there, or not known to this version, is null and says nothing of the rest. */
const written = z.object({
  fields: z.string().nullable().catch(null),
  output_fields: z.string().nullable().catch(null),
  axes: z
    .string()
    .regex(/^b(,p)?(,c)?(,z)?(,y)?(,x)?$/u)
    .nullable()
    .catch(null),
  axes_guessed: z.boolean().catch(false),
  boundary: z.enum(["periodic", "open"]).nullable().catch(null),
  dt: z.number().positive().nullable().catch(null),
  length: z
    .union([z.number().positive(), z.array(z.number().positive()).min(1).max(3)])
    .nullable()
    .catch(null),
});

/** The axes of a sample as people read them: `b,c,y,x`, and whether they are a guess. */
export function axesInWords({ axes, axesGuessed }: StatedFields): string | null {
  return axes === null || axesGuessed !== true
    ? axes
    : `${axes} (guessed: the export was not told)`;
}

/** undefined where the file says nothing that this version knows. */
export function statedFields(metadata: Readonly<Record<string, string>>): StatedFields | undefined {
  const parsed = written.safeParse(jsonOf(metadata["noetherscope"]));
  if (!parsed.success) return undefined;
  const { axes, axes_guessed: guessed, boundary, dt, length } = parsed.data;
  const stated = {
    ...channelsOf(parsed.data),
    axes,
    boundary,
    dt,
    length: typeof length === "number" ? [length] : length,
  };
  if (Object.values(stated).every((value) => value === null)) return undefined;
  return axes !== null && guessed ? { ...stated, axesGuessed: true } : stated;
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** Channels of input and output, which hold together or not at all: without fields of its own an output has the input's. */
function channelsOf({
  fields,
  output_fields,
  axes,
}: z.infer<typeof written>): Pick<StatedFields, "fields" | "channels" | "outputFields"> {
  const dimension = axes?.match(/[xyz]/gu)?.length;
  const input = specOf(fields, dimension);
  const output = specOf(output_fields, dimension);
  if (input === null || (output === null && output_fields !== null)) {
    return { fields: null, channels: null, outputFields: null };
  }
  return {
    fields: showFieldSpec(input),
    channels: channelCount(input),
    outputFields: output === null ? null : showFieldSpec(output),
  };
}

function specOf(text: string | null, dimension: number | undefined): FieldSpec | null {
  try {
    return text === null ? null : parseFieldSpec(text, dimension);
  } catch {
    return null;
  }
}
