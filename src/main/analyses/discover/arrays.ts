/** The arrays that a run of discovery writes. */
import type { ResultArray } from "../context";
import { tensorOf } from "../orbit";
import type { Layout } from "../../../shared/states/layout";
import type { Solution } from "./problem";

/** Linear motions of the whole state, and of one of its parts. */
export interface Motions {
  /** (A | b) on the components, [c, c + 1] each. */
  readonly parts: readonly Float64Array[];
  /** The same as two halves of the samples have them, one after the other; empty where they were not taken. */
  readonly halves: readonly (readonly Float64Array[])[];
  readonly layout: Layout;
  /** Whether they may shift: the arrays then have the column b. */
  readonly shifts: boolean;
}

/**
 * @param motions null where candidates are named: then coefficients are written
 * @param spread singular values of the centred states over the largest, descending; empty where not taken
 */
export function arraysOf(
  solution: Solution,
  motions: Motions | null,
  spread: Float64Array,
): Record<string, ResultArray> {
  const { defects, low, high, generators, eigenvalues } = solution;
  const k = generators.length;
  return {
    singular_values: {
      tensor: tensorOf(defects, [defects.length]),
      axes: ["direction"],
      unit: "1",
      description:
        "√μ of C v = μ S v, ascending: relative defect of each direction among the candidates",
    },
    singular_values_low: bound(low, "lower"),
    singular_values_high: bound(high, "upper"),
    ...(solution.grid === null
      ? {}
      : {
          singular_values_grid: {
            tensor: tensorOf(solution.grid, [solution.grid.length]),
            axes: ["direction"],
            unit: "1",
            description:
              "The relative defect that a pointwise map, which has every symmetry, shows along each direction on this grid; NaN where not taken",
          },
        }),
    generators: motions === null ? coefficientsOf(solution) : matricesOf(motions),
    ...(motions === null || motions.layout.particles === 1
      ? {}
      : { component_generators: partsOf(motions) }),
    ...(motions === null || motions.halves.length === 0
      ? {}
      : { generators_halves: halvesArray(motions) }),
    ...outputsOf(generators),
    residual: {
      tensor: tensorOf(
        Float64Array.from(generators, ({ residual }) => residual),
        [k],
      ),
      axes: ["generator"],
      unit: "1",
      description: "‖L F‖/‖F‖ of each generator, root mean squares over samples",
    },
    defect: {
      tensor: tensorOf(
        Float64Array.from(generators, ({ defect }) => defect),
        [k],
      ),
      axes: ["generator"],
      unit: "1",
      description: "Relative defect of each generator, as singular_values",
    },
    ...(eigenvalues === null
      ? {}
      : {
          operator_eigenvalues: {
            tensor: tensorOf(eigenvalues, [eigenvalues.length]),
            axes: ["direction"],
            unit: "",
            description:
              "Eigenvalues of C = mean LᵀL in the orthonormal basis of all candidates, ascending",
          },
        }),
    ...(spread.length === 0
      ? {}
      : {
          state_spread: {
            tensor: tensorOf(spread, [spread.length]),
            axes: ["direction"],
            unit: "1",
            description:
              "Standard deviations of the states along their principal axes over the largest",
          },
        }),
  };
}

function bound(values: Float64Array, which: string): ResultArray {
  return {
    tensor: tensorOf(values, [values.length]),
    axes: ["direction"],
    unit: "1",
    description: `The ${which} end of the 95 % bootstrap interval of singular_values over trajectories; NaN where not taken`,
  };
}

function coefficientsOf({ generators }: Solution): ResultArray {
  const q = generators[0]?.coefficients.length ?? 0;
  const all = new Float64Array(generators.length * q);
  generators.forEach(({ coefficients }, k) => all.set(coefficients, k * q));
  return {
    tensor: tensorOf(all, [generators.length, q]),
    axes: ["generator", "candidate"],
    unit: "1",
    description: "Coefficients over the candidates, orthonormal; names in the summary",
  };
}

/** On the whole state, orthonormal there. */
function matricesOf({ parts, layout, shifts }: Motions): ResultArray {
  const { particles, components: c, positions } = layout;
  const d = particles * c;
  const width = shifts ? d + 1 : d;
  const all = new Float64Array(parts.length * d * width);
  const norm = 1 / Math.sqrt(particles);
  parts.forEach((part, k) => {
    for (const own of positions) {
      for (let i = 0; i < c; i++) {
        const row = (k * d + own[i]!) * width;
        for (let j = 0; j < c; j++) all[row + own[j]!] = norm * part[i * (c + 1) + j]!;
        if (shifts) all[row + d] = norm * part[i * (c + 1) + c]!;
      }
    }
  });
  return {
    tensor: tensorOf(all, [parts.length, d, width]),
    axes: ["generator", "to", "from"],
    unit: "",
    description: shifts
      ? "(A | b) of each generator x ↦ A x + b on the whole state, orthonormal"
      : "A of each generator x ↦ A x on the whole state, orthonormal",
  };
}

function partsOf({ parts, layout: { components: c }, shifts }: Motions): ResultArray {
  const width = shifts ? c + 1 : c;
  const all = new Float64Array(parts.length * c * width);
  parts.forEach((part, k) => {
    for (let i = 0; i < c; i++) {
      for (let j = 0; j < width; j++) all[(k * c + i) * width + j] = part[i * (c + 1) + j]!;
    }
  });
  return {
    tensor: tensorOf(all, [parts.length, c, width]),
    axes: ["generator", "to", "from"],
    unit: "",
    description: "The same on the components of one part, orthonormal",
  };
}

function halvesArray(motions: Motions): ResultArray {
  const each = motions.halves.map((parts) => partsOf({ ...motions, parts }).tensor);
  const [, c, width] = each[0]!.shape;
  return {
    tensor: tensorOf(Float64Array.from(each.flatMap(({ data }) => [...(data as Float64Array)])), [
      each.length,
      motions.parts.length,
      c!,
      width!,
    ]),
    axes: ["half", "generator", "to", "from"],
    unit: "",
    description:
      "Each generator on the components of one part as two halves of the samples have it, by itself each: how far they differ is how sure it is",
  };
}

/** Where the action on the values was not stated. */
function outputsOf(generators: Solution["generators"]): Record<string, ResultArray> {
  const actions = generators.flatMap(({ action }) => (action === null ? [] : [action]));
  return actions.length === 0 ? {} : { output_generators: actionsOf(actions) };
}

function actionsOf(actions: readonly Float64Array[]): ResultArray {
  const D = Math.round((Math.sqrt(1 + 4 * (actions[0]?.length ?? 0)) - 1) / 2);
  const all = new Float64Array(actions.length * D * (D + 1));
  actions.forEach((action, k) => all.set(action, k * D * (D + 1)));
  return {
    tensor: tensorOf(all, [actions.length, D, D + 1]),
    axes: ["generator", "to", "from"],
    unit: "",
    description:
      "(Y | c) of the action F ↦ Y F + c on the output that each generator was found with; of a field on its channels, beside the flow",
  };
}
