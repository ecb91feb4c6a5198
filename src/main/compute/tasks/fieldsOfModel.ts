/** Data as a model's file states its fields, where neither the user nor the data's own file says what they are. */
import { codedNotice } from "../../../shared/analyses/notices";
import type { DataOptions } from "../../../shared/contract";
import { showFieldSpec } from "../../../shared/fields/spec";
import { showSides } from "../../../shared/fields/sides";
import { statedFields, type StatedFields } from "../../../shared/fields/stated";
import { openData, type DataSet } from "../../data/dataset";
import type { Model } from "../../models";

/** @throws what opening the data throws */
export async function openDataFor(
  model: Model,
  { path, options }: { readonly path: string; readonly options: DataOptions },
): Promise<{ data: DataSet; notices: string[] }> {
  const data = await openData(path, options);
  const stated = statedFields(model.info.metadata);
  const missing = stated === undefined ? {} : missingOptions(stated, data, options);
  if (Object.keys(missing).length === 0) return { data, notices: [] };
  await data.close();
  const { fields, outputFields, boundary, dt, length } = missing;
  const parts = [
    fields === undefined ? [] : [`fields ${fields}`],
    outputFields === undefined ? [] : [`output fields ${outputFields}`],
    boundary === undefined ? [] : [`boundary ${boundary}`],
    dt === undefined ? [] : [`time step ${dt}`],
    length === undefined ? [] : [`sides ${showSides(length)}`],
  ].flat();
  return {
    data: await openData(path, { ...options, ...missing }),
    notices: [codedNotice("model/states", parts.join(", "))],
  };
}

function missingOptions(stated: StatedFields, data: DataSet, options: DataOptions): DataOptions {
  const known = data.fields === undefined ? undefined : showFieldSpec(data.fields);
  const fits = stated.channels === data.channels.length;
  // Channels that are something else than the model says: then its word on the output may not hold either.
  if (!fits || (known !== undefined && known !== stated.fields)) return {};
  const output = options.outputFields === undefined && data.targets === "stored";
  return {
    ...(known === undefined ? { fields: stated.fields } : {}),
    ...(output && stated.outputFields !== null ? { outputFields: stated.outputFields } : {}),
    ...(options.boundary === undefined && data.grid !== undefined && stated.boundary !== null
      ? { boundary: stated.boundary }
      : {}),
    ...(data.dt === undefined && stated.dt !== null ? { dt: stated.dt } : {}),
    ...(options.length === undefined &&
    data.grid !== undefined &&
    data.spacing === null &&
    stated.length !== null
      ? { length: [...stated.length] }
      : {}),
  };
}
