/** Data as a model's file states its fields, where neither the user nor the data's own file says what they are. */
import { codedNotice } from "../../../shared/analyses/notices";
import { parseConditions } from "../../../shared/conditions";
import type { DataOptions } from "../../../shared/contract";
import { showFieldSpec } from "../../../shared/fields/spec";
import { showSides } from "../../../shared/fields/sides";
import { statedFields, type StatedFields } from "../../../shared/fields/stated";
import { openData, type DataSet } from "../../data/dataset";
import type { Model } from "../../models";
import { turnedFields } from "./turnedFields";

/** @throws what opening the data throws */
export async function openDataFor(
  model: Model,
  { path, options }: { readonly path: string; readonly options: DataOptions },
): Promise<{ data: DataSet; notices: string[] }> {
  const stated = statedFields(model.info.metadata);
  if (stated === undefined) {
    const data = await openData(path, options);
    return { data, notices: turnedFields(stated, data) };
  }
  const axes = await missingAxes(stated, path, options);
  const read = axes === undefined ? options : { ...options, axes };
  let data = await openData(path, read);
  const missing = missingOptions(stated, data, options);
  const { fields, outputFields, boundary, dt, length } = missing;
  if (Object.keys(missing).length > 0) {
    await data.close();
    data = await openData(path, { ...read, ...missing });
  }
  const parts = [
    axes === undefined ? [] : [`axes ${axes}`],
    fields === undefined ? [] : [`fields ${fields}`],
    outputFields === undefined ? [] : [`output fields ${outputFields}`],
    boundary === undefined ? [] : [`boundary ${boundary}`],
    dt === undefined ? [] : [`time step ${dt}`],
    length === undefined ? [] : [`sides ${showSides(length)}`],
  ].flat();
  return {
    data,
    notices: [
      ...(parts.length === 0 ? [] : [codedNotice("model/states", parts.join(", "))]),
      ...turnedFields(stated, data),
    ],
  };
}

/**
 * The model's axes for an array whose own would be assumed from its shape: of one sample after another, or with one axis
 * more, of their times in trajectories. Only where they give it as many channels as it has, and where no times beside the
 * array say more of its axes than the model's do.
 */
async function missingAxes(
  { axes, channels }: StatedFields,
  path: string,
  options: DataOptions,
): Promise<string | undefined> {
  if (axes === null || options.axes !== undefined) return undefined;
  // Fields and sides are left out: they may be right for the model's axes and not fit the assumed ones.
  const { input, target } = options;
  const data = await openData(path, {
    ...(input === undefined ? {} : { input }),
    ...(target === undefined ? {} : { target }),
  });
  await data.close();
  const assumed = data.notices.some((notice) => notice.startsWith("Axes of "));
  const shape = data.arrays.find(({ name }) => name === data.states.name)?.shape;
  if (!assumed || shape === undefined || data.coordinates.time !== undefined) return undefined;
  const told = parseConditions(options.conditions).length;
  return [axes, axes.replace(/^b/u, "n,t")].find((each) => {
    const letters = each.split(",");
    const own = shape[letters.indexOf("c")] ?? 1;
    const taken = own * (options.history ?? 1) + told;
    return letters.length === shape.length && (channels === null || taken === channels);
  });
}

function missingOptions(stated: StatedFields, data: DataSet, options: DataOptions): DataOptions {
  return {
    ...missingFields(stated, data, options),
    ...(data.boundary === undefined && data.grid !== undefined && stated.boundary !== null
      ? { boundary: stated.boundary }
      : {}),
    ...(data.dt === undefined && stated.dt !== null ? { dt: stated.dt } : {}),
    ...(data.grid !== undefined &&
    data.spacing === null &&
    stated.length !== null &&
    [1, data.grid.size.length].includes(stated.length.length)
      ? { length: [...stated.length] }
      : {}),
  };
}

function missingFields(stated: StatedFields, data: DataSet, options: DataOptions): DataOptions {
  const known = data.fields === undefined ? undefined : showFieldSpec(data.fields);
  const fits = stated.fields !== null && stated.channels === data.channels.length;
  // Channels that are something else than the model says: then its word on the output may not hold either.
  if (!fits || (known !== undefined && known !== stated.fields)) return {};
  const output = options.outputFields === undefined && data.targets === "stored";
  return {
    ...(known === undefined ? { fields: stated.fields } : {}),
    ...(output && stated.outputFields !== null ? { outputFields: stated.outputFields } : {}),
  };
}
