import { expect, test } from "vitest";
import type { DataInfo } from "../../shared/contract";
import { isActedOn } from "./groups";

function info(axes: readonly string[], shape: readonly number[], fields: string): DataInfo {
  return { axes, shape, fields, spacing: null, boundary: "periodic" } as unknown as DataInfo;
}

test("groups act on states of a grid, and none on particles, whose orbit would be the state alone", () => {
  const grid = info(["trajectory", "time", "channel", "y", "x"], [2, 3, 2, 8, 8], "vector:v");
  expect(isActedOn(grid)).toBe(true);
  const bodies = info(["trajectory", "time", "particle", "channel"], [2, 3, 5, 4], "vector:q,vector:p"); // prettier-ignore
  expect(isActedOn(bodies)).toBe(false);
});
