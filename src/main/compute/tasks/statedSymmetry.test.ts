import { expect, test } from "vitest";
import { codedNotice } from "../../../shared/analyses/notices";
import { unitGrid } from "../../../shared/fields/spec";
import { d4 } from "../../../shared/groups/catalogue";
import { symmetryOf, withKnownSymmetry } from "./statedSymmetry";

const stated = (physics: string, coefficients: Record<string, number> = {}) => ({
  physics: { physics, coefficients },
  grid: unitGrid([16, 16]),
  boundary: "periodic",
});
const notice = codedNotice("symmetry/not-established", "elements");

test("what a simulator declares of its equations is known of data that state them", () => {
  expect(symmetryOf(stated("navier-stokes", { nu: 0.01 }))?.id).toBe("d4");
  // A wind along x leaves the mirror across it, and no rotation.
  const windy = symmetryOf(stated("advection", { cx: 1, cy: 0 }))!;
  expect(windy.elements.map(({ id }) => id)).not.toContain("r");
  expect(windy.elements).toHaveLength(2);
});

test("nothing is known of other equations, other boundaries and other domains", () => {
  expect(symmetryOf(stated("magneto-hydrodynamics"))).toBeNull();
  expect(symmetryOf({ ...stated("navier-stokes"), boundary: "x periodic, y wall" })).toBeNull();
  expect(symmetryOf({ ...stated("navier-stokes"), grid: unitGrid([16]) })).toBeNull();
  expect(symmetryOf({ ...stated("navier-stokes"), physics: undefined })).toBeNull();
});

test("the remark that a symmetry is not established gives way only where all elements are covered", () => {
  const said = withKnownSymmetry([notice, "another"], stated("navier-stokes"), d4.elements);
  expect(said).toEqual([
    "The dynamics is symmetric under D4, symmetries of the square, as the data state their physics (navier-stokes).",
    "another",
  ]);
  const windy = stated("advection", { cx: 1, cy: 0 });
  expect(withKnownSymmetry([notice], windy, d4.elements)).toEqual([notice]);
  const motions = codedNotice("symmetry/not-established", "motions");
  expect(withKnownSymmetry([motions], stated("navier-stokes"), [])).toEqual([motions]);
});
