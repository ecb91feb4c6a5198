import { expect, test } from "vitest";
import type { RunEntry } from "../../shared/contract";
import { exportedAs } from "./exported";

const run = {
  id: "equivariance-2026-11-21-101500-3f9c",
  analysis: "equivariance",
  title: "Equivariance · plain · jets",
} as RunEntry;

test("a figure is called by its title and format, and told apart by what was picked and how wide", () => {
  expect(exportedAs(`${run.id}-by-element-r2-85mm.svg`, [run])).toEqual({
    title: "Equivariance error by element",
    format: "SVG",
    about: "plain · jets, r2, 85 mm",
  });
  expect(exportedAs(`${run.id}-channels-170mm-dark.npz`, [run])).toEqual({
    title: "Equivariance error by channel",
    format: "npz",
    about: "plain · jets, 170 mm, dark",
  });
});

test("a file of another name keeps it", () => {
  for (const name of ["notes.txt", "README", `${run.id}-unknown-85mm.svg`, ".x"]) {
    expect(exportedAs(name, [run])).toEqual({ title: name, format: "", about: "" });
  }
  expect(exportedAs(`${run.id}-by-element-85mm.svg`, [])).toMatchObject({ about: "" });
});
