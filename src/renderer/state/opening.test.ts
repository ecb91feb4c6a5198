import { expect, test } from "vitest";
import type { FileEntry } from "../../shared/contract";
import { openingOf, studyHere } from "./opening";

const entry = (name: string, change: Partial<FileEntry> = {}): FileEntry => ({
  name,
  path: `/studies/one/${name}`,
  folder: false,
  size: 1,
  modified: "2026-01-01T00:00:00Z",
  opens: null,
  ...change,
});
const document = entry("study.json");
const here = { path: "/studies/one", opens: "study" };

test("study.json stands for the folder that it lies in, where studies are looked for", () => {
  expect(openingOf(document, "/studies/one", ["study"])).toEqual(here);
  expect(openingOf(document, "/studies/one", ["model"])).toBeNull();
  expect(openingOf(document, "/studies/one", [])).toBeNull();
  expect(openingOf(entry("study.json", { folder: true }), "/studies/one", ["study"])).toBeNull();
});

test("a file opens as what it is, and only where that is looked for", () => {
  const model = entry("unet.onnx", { opens: "model" });
  expect(openingOf(model, "/studies/one", ["model"])).toEqual({ path: model.path, opens: "model" });
  expect(openingOf(model, "/studies/one", ["data", "study"])).toBeNull();
  expect(openingOf(entry("notes.txt"), "/studies/one", ["model"])).toBeNull();
});

test("a folder is a study by what lies in it", () => {
  const files = [entry("runs", { folder: true }), document];
  expect(studyHere("/studies/one", files, ["study"])).toEqual(here);
  expect(studyHere("/studies/one", files, ["data"])).toBeNull();
  expect(
    studyHere("/studies", [entry("one", { folder: true, opens: "study" })], ["study"]),
  ).toBeNull();
});
