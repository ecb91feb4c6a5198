import { expect, test } from "vitest";
import type { DataInfo } from "./contract";
import { checkExpected, readDataPreset, showDataPreset, statedOf, statedParts } from "./dataPreset";

const info: DataInfo = {
  path: "flow.h5",
  layout: "HDF5",
  shape: [2, 5, 3, 8, 16],
  axes: ["trajectory", "time", "channel", "y", "x"],
  dtype: "float32",
  stored: { input: "u", axes: "n,t,c,y,x" },
  channels: ["p", "v.x", "v.y"].map((name) => ({ name, kind: "scalar", group: name })),
  fields: "scalar:p,vector:v",
  samples: 8,
  arrays: [],
  dt: 0.1,
  spacing: [0.5, 0.25],
  boundary: null,
  coordinates: null,
  statistics: [],
  warnings: [],
};
const here = { path: "other.h5", axes: info.axes, channels: 3, arrays: ["u"] };

test("holds what was stated, and nothing that the file says itself", () => {
  const text = showDataPreset(info, { boundary: "open", fields: "scalar:q,vector:u" });
  expect(text).not.toContain("0.1");
  const { expects, ...options } = readDataPreset(text, "p.json");
  expect(options).toEqual({ fields: "scalar:q,vector:u" });
  expect(expects).toMatchObject({ preset: "p.json", says: { boundary: "open" } });
  expect(() => checkExpected(expects, here)).not.toThrow();
});

test("what is stated beside a preset is of the file, and goes into the next preset", () => {
  const read = readDataPreset(showDataPreset(info, { boundary: "open", dt: 2 }), "p.json");
  expect(statedParts({ ...read, dt: 3 })).toEqual({
    stated: { dt: 3 },
    preset: { boundary: "open", dt: 2 },
  });
  const again = readDataPreset(showDataPreset(info, { ...read, dt: 3 }), "q.json");
  expect(again.expects?.says).toEqual({ boundary: "open", dt: 3 });
});

test("a study of before has its preset’s word beside it, which is of the kind and not of the file", () => {
  const expects = { axes: info.axes, channels: 3, arrays: "u" };
  const options = { boundary: "open", length: [2], expects };
  expect(statedParts(options)).toEqual({ stated: {}, preset: { boundary: "open", length: [2] } });
});

test("a form begins with a preset’s word only where the file has none", () => {
  const read = readDataPreset(showDataPreset(info, { boundary: "open", dt: 2, fields: "scalar:p,vector:v" }), "p.json"); // prettier-ignore
  const stated = statedOf({ ...info, own: { boundary: "periodic" } }, read);
  expect(stated).toEqual({ dt: 2, fields: "scalar:p,vector:v" });
});

test("of an input of two states the preset is for the channels of one", () => {
  const text = showDataPreset({ ...info, channels: [...info.channels, ...info.channels] }, { history: 2 }); // prettier-ignore
  const { expects, ...options } = readDataPreset(text, "p.json");
  expect(options).toMatchObject({ history: 2 });
  expect(options.fields).toBeUndefined();
  expect(() => checkExpected(expects, here)).not.toThrow();
});

test("a preset of a preset is the same", () => {
  const once = showDataPreset(info, { boundary: "open" });
  expect(showDataPreset(info, readDataPreset(once, "p.json"))).toBe(once);
});

test.each([
  [{ arrays: ["w"] }, "p.json does not fit other.h5: its states are the arrays w, the preset’s u."],
  [{ channels: 4 }, "p.json does not fit other.h5: it has 4 channels, the preset 3."],
  [
    { axes: ["trajectory", "time", "channel", "x"] },
    "p.json does not fit other.h5: its states are",
  ],
])("a file with %j is refused in one sentence", (difference, sentence) => {
  const { expects } = readDataPreset(showDataPreset(info, {}), "p.json");
  expect(() => checkExpected(expects, { ...here, ...difference })).toThrow(sentence);
});

test.each(["", "{}", "[1]", '{"kind":"noetherscope data preset","version":1}', "\u0000"])(
  "%j is no preset",
  (text) => {
    expect(() => readDataPreset(text, "p.json")).toThrow(
      "p.json is no preset of how data are read.",
    );
  },
);

test("a newer preset is refused as that", () => {
  expect(() => readDataPreset('{"kind":"noetherscope data preset","version":2}', "p.json")).toThrow(
    "newer Noetherscope",
  );
});
