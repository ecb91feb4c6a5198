/** What a data file is, as `data info` prints it and the window proposes it for confirmation. */
import type { DataInfo } from "../../shared/contract";
import { numberingOf } from "../../shared/sampleExtent";
import { showAxes } from "./axes";
import { showFieldSpec } from "../../shared/fields/spec";
import type { DataSet } from "./dataset";
import { channelStatistics } from "./statistics";
import { suspiciousValues } from "./suspicious";

/** A file is described while someone waits for it to open, so of a large one only some states are read: 0.1 s. */
const MOST_VALUES = 2 ** 22;

/** Listed at most: a file with a group for each trajectory has thousands that are alike. */
const MOST_ARRAYS = 200;

/** Reads the states once for the statistics. */
export async function describeData(data: DataSet, signal?: AbortSignal): Promise<DataInfo> {
  const { states, channels, coordinates, fields } = data;
  const statistics = await channelStatistics(data, {
    mostValues: MOST_VALUES,
    ...(signal === undefined ? {} : { signal }),
  });
  const warnings = [...data.notices];
  if (fields === undefined && data.grid !== undefined) {
    warnings.push(
      "What the channels are is not stated. State the fields (--fields on the command line), like scalar:p,vector:v.",
    );
  }
  const toldWhy = data.notices.some((notice) => notice.startsWith("The boundary is not stated"));
  if (data.grid !== undefined && data.boundary === undefined && !toldWhy) {
    warnings.push("The boundary is not stated and taken as periodic.");
  }
  if (data.targets === "none")
    warnings.push(
      "There are no targets to compare outputs with. Name their array (--target on the command line), or let noetherscope_export.py write them with export(…, targets=targets).",
    );
  const partly = statistics.looked < statistics.states;
  if (partly) {
    warnings.push(
      `Statistics are of ${statistics.looked} of ${statistics.states} states, evenly spread, as reading all would take long: others may hold less than the least value, more than the largest, or no numbers.`,
    );
  }
  for (const { channel, nonFinite } of statistics.channels) {
    if (nonFinite > 0) {
      warnings.push(
        `${channel} has ${partly ? "at least " : ""}${nonFinite} NaN or infinite ${nonFinite === 1 ? "value" : "values"}.`,
      );
    }
  }
  warnings.push(...suspiciousValues(statistics.channels));
  return {
    path: data.path,
    layout: data.layout,
    evidence: [...data.evidence],
    shape: [...data.shape],
    axes: [...data.axes],
    ...(states.lengths === undefined ? {} : { lengths: samplesOf(data) }),
    dtype: states.storedType,
    stored: {
      input: states.parts.map(({ array }) => array.name).join(","),
      axes: showAxes(states.parts[0]!.axes),
    },
    channels: channels.map((label) => ({ ...label })),
    fields: fields === undefined ? null : showFieldSpec(fields),
    samples: data.sampleCount,
    arrays: data.arrays.slice(0, MOST_ARRAYS).map(({ name, shape, storedType }) => ({
      name,
      shape: [...shape],
      dtype: storedType,
    })),
    dt: data.dt ?? null,
    spacing: data.spacing === null ? null : [...data.spacing],
    boundary: data.boundary ?? null,
    own: saidBy(data),
    ...(data.boundary === undefined ? { assumedBoundary: data.assumedBoundary } : {}),
    coordinates:
      Object.keys(coordinates).length === 0
        ? null
        : Object.fromEntries(
            Object.entries(coordinates).map(([axis, values]) => [axis, [...values]]),
          ),
    ...(Object.keys(data.units).length === 0 ? {} : { units: { ...data.units } }),
    statistics: [...statistics.channels],
    ...(partly ? { statisticsOf: { states: statistics.looked, of: statistics.states } } : {}),
    warnings,
  };
}

/** Of each trajectory. */
function samplesOf(data: DataSet): number[] {
  const { lengthOf } = numberingOf(data);
  return Array.from({ length: data.trajectories }, (_, i) => lengthOf(i));
}

function saidBy({ own }: DataSet): NonNullable<DataInfo["own"]> {
  const { boundary, dt, length, fields } = own;
  return {
    ...(boundary === undefined ? {} : { boundary }),
    ...(dt === undefined ? {} : { dt }),
    ...(length === undefined ? {} : { length: [...length] }),
    ...(fields === undefined ? {} : { fields }),
  };
}
