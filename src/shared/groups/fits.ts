/** Whether a group can act on given fields and grid, and if not, the sentence that says why. */
import type { FieldSpec, Grid } from "../fields/spec";
import { exchangesAxes, isShift, type Element } from "./element";
import type { Group } from "./group";

export type Fit = { readonly fits: true } | { readonly fits: false; readonly reason: string };

/** @param grid undefined for data that live on no grid (feature vectors) */
export function groupFits(group: Group, spec: FieldSpec | undefined, grid: Grid | undefined): Fit {
  if (group.elements.length === 1) return { fits: true };
  const reason = whyNot(group.elements, spec, grid);
  return reason === undefined ? { fits: true } : { fits: false, reason };
}

function whyNot(
  elements: readonly Element[],
  spec: FieldSpec | undefined,
  grid: Grid | undefined,
): string | undefined {
  if (grid?.size.length !== 2)
    return "It acts on fields on a plane grid, which these data are not.";
  if (elements.some((element) => !isPlainShift(element)) && spec === undefined) {
    return "It needs to know how the channels transform: state the fields (--fields on the command line), for example scalar:p,vector:v.";
  }
  const [height = 0, width = 0] = grid.size;
  if (elements.some(exchangesAxes)) {
    if (height !== width) {
      return `Quarter turns and diagonal reflections need a square grid; this one has ${height} × ${width} points.`;
    }
    // Coordinates in files are often float32, hence the tolerance.
    if (Math.abs(grid.length[0]! - grid.length[1]!) > 1e-5 * Math.abs(grid.length[1]!)) {
      return `Quarter turns and diagonal reflections need sides of equal length; here y has ${grid.length[0]!} and x ${grid.length[1]!}.`;
    }
    if (grid.periodic[0] !== grid.periodic[1]) {
      return "Quarter turns and diagonal reflections need the same boundary on all sides; here one axis is periodic and the other is not.";
    }
  }
  for (const axis of ["x", "y"] as const) {
    const component = axis === "x" ? 0 : 1;
    // Arrays have x last, vectors have it first.
    const size = axis === "x" ? width : height;
    const periodic = grid.periodic[1 - component];
    const shifting = elements.filter((element) => element.shift.steps[component] !== 0);
    if (shifting.length > 0 && periodic !== true)
      return `Shifts along ${axis} need a periodic axis.`;
    const broken = shifting.find(
      ({ shift }) => !Number.isInteger((size * shift.steps[component]) / shift.of),
    );
    if (broken !== undefined) {
      return `Shifts by 1/${broken.shift.of} of the period are not whole numbers of the ${size} grid points along ${axis}.`;
    }
  }
  return undefined;
}

function isPlainShift(element: Element): boolean {
  const [[a], [, d]] = element.matrix;
  return a === 1 && d === 1 && (isShift(element) || element.id === "e");
}
