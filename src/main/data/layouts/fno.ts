/**
 * The MATLAB files that came with the Fourier neural operator, and others of their names: a and u, or coeff and sol.
 * Li et al. 2020, arXiv:2010.08895, and the generators beside its code, in which the first direction of space is x.
 */
import type { Layout } from "./proposal";

export const fno: Layout = (file) => {
  if (file.format !== "MATLAB 7.3") return undefined;
  const [a, u] = [file.arrays.get("a"), file.arrays.get("u")];
  const [coefficient, solution] = [file.arrays.get("coeff"), file.arrays.get("sol")];
  if (u?.shape.length === 4 && a?.shape.join() === u.shape.slice(0, 3).join()) {
    const time = file.arrays.get("t");
    return {
      layout: "FNO Navier-Stokes 2-D",
      evidence: ["It has a [n, x, y] and u [n, x, y, t], the vorticity at first and after it."],
      input: [{ array: u, axes: ["trajectory", "x", "y", "time"] }],
      fields: "pseudoscalar:vorticity",
      coordinates: time === undefined ? {} : { time },
      notices: ["The boundary is not stated in the file; the published data are periodic."],
    };
  }
  if (u?.shape.length === 2 && a?.shape.join() === u.shape.join()) {
    return {
      layout: "FNO Burgers 1-D",
      evidence: ["It has a [n, x] and u [n, x], the velocity at the beginning and at time 1."],
      input: [{ array: a, axes: ["trajectory", "x"] }],
      target: [{ array: u, axes: ["trajectory", "x"] }],
      fields: "vector:u",
      notices: ["The boundary is not stated in the file; the published data are periodic."],
    };
  }
  if (coefficient?.shape.length === 3 && coefficient.shape.join() === solution?.shape.join()) {
    return {
      layout: "FNO Darcy flow 2-D",
      evidence: ["It has coeff [n, x, y] and sol [n, x, y], the permeability and the solution."],
      input: [{ array: coefficient, axes: ["trajectory", "x", "y"] }],
      target: [{ array: solution, axes: ["trajectory", "x", "y"] }],
      fields: "scalar:permeability",
      outputFields: "scalar:pressure",
      assumedBoundary: "open",
      notices: [
        "The boundary is not stated in the file; the published solutions are zero at the edges, so it is taken as open.",
      ],
    };
  }
  return undefined;
};
