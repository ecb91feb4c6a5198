/**
 * What a model's file says of the fields that it takes: noetherscope_export.py writes it into the file's metadata as
 * JSON. Data opened for the model are read so where nothing else says what their channels are.
 */
import { z } from "zod";
import { channelCount, parseFieldSpec, showFieldSpec } from "./spec";

export interface StatedFields {
  /** `scalar:p,vector:v`, as `showFieldSpec` writes it. */
  readonly fields: string;
  readonly channels: number;
  /** null where they are the input's. */
  readonly outputFields: string | null;
  readonly boundary: "periodic" | "open" | null;
  /** Time between input and output. */
  readonly dt: number | null;
  /** Sides of the box in the order of the grid's axes; one number is the longest side, of square cells. */
  readonly length: readonly number[] | null;
}

const written = z.object({
  fields: z.string(),
  output_fields: z.string().nullable().default(null),
  boundary: z.enum(["periodic", "open"]).nullable().default(null),
  dt: z.number().positive().nullable().default(null),
  length: z
    .union([z.number().positive(), z.array(z.number().positive()).min(1).max(3)])
    .nullable()
    .default(null),
});

/** undefined where the file does not say, or says it in a way that this version does not know. */
export function statedFields(metadata: Readonly<Record<string, string>>): StatedFields | undefined {
  try {
    const { fields, output_fields, boundary, dt, length } = written.parse(
      JSON.parse(metadata["noetherscope"] ?? "null"),
    );
    const spec = parseFieldSpec(fields);
    return {
      fields: showFieldSpec(spec),
      channels: channelCount(spec),
      outputFields: output_fields === null ? null : showFieldSpec(parseFieldSpec(output_fields)),
      boundary,
      dt,
      length: typeof length === "number" ? [length] : length,
    };
  } catch {
    return undefined;
  }
}
