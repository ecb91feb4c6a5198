/** A finished run as it lies on disk (`run.json`, `arrays.npz`) and as the window and the figures read it. */
import { z } from "zod";
import { preparationRecord } from "./preprocessing/record";
import type { DType, Tensor } from "./tensor";

/** Raised when what a field means changes; a newer one is refused, never rewritten. */
export const RUN_FORMAT = 1;

/** A file that a run was made from, recognisable again. */
export const fileIdentity = z.object({
  path: z.string(),
  size: z.number(),
  /** Milliseconds since 1970. */
  modified: z.number().optional(),
  /** Of the whole file; null where it was too large to hash without being asked to. */
  sha256: z.string().nullable(),
});
export type FileIdentity = z.infer<typeof fileIdentity>;

const arrayRecord = z.object({
  shape: z.array(z.number()),
  dtype: z.enum(["float32", "float64", "int32", "int64", "bool"] satisfies DType[]),
  /** One name an axis: "element", "sample", "channel", "y", "x" … */
  axes: z.array(z.string()),
  unit: z.string(),
  description: z.string(),
});
export type ArrayRecord = z.infer<typeof arrayRecord>;

export const runRecord = z.object({
  format: z.number(),
  id: z.string(),
  analysis: z.string(),
  /** ISO 8601. */
  started: z.string(),
  seconds: z.number(),
  /** As given, completed by defaults. `elements` lists the group elements in the order of the arrays. */
  parameters: z.record(z.string(), z.unknown()),
  /** null where the analysis took the data alone. */
  model: z
    .object({
      ...fileIdentity.shape,
      weights: fileIdentity.nullable(),
      parameters: z.number(),
    })
    .nullable(),
  data: z.object({
    ...fileIdentity.shape,
    fields: z.string(),
    /** By name of a field, x, y, z, or t; absent where nothing states any. */
    units: z.record(z.string(), z.string()).optional(),
    /** SHA-256 over the bytes of the samples that were used, inputs then targets. */
    samplesSha256: z.string(),
    /** Which samples: index in the data set, its trajectory and time where there are such. */
    samples: z.array(
      z.object({
        index: z.number(),
        trajectory: z.number().nullable(),
        time: z.number().nullable(),
      }),
    ),
  }),
  /** What was stated of the model beside its file, in numbers; absent: nothing. */
  preparation: preparationRecord.optional(),
  device: z.string(),
  executor: z.string(),
  versions: z.record(z.string(), z.string()),
  /** What an attentive colleague would remark: conventions, normalisation, symmetry not established … */
  notices: z.array(z.string()),
  summary: z.record(z.string(), z.unknown()),
  arrays: z.record(z.string(), arrayRecord),
});
export type RunRecord = z.infer<typeof runRecord>;

/** A run with the arrays that were asked for. */
export interface RunResult {
  readonly record: RunRecord;
  readonly arrays: Readonly<Record<string, Tensor>>;
}
