/** The Well's layout: fields in groups by tensor order, x the first direction. Ohana et al. 2024, arXiv:2412.00568. */
import type { FileLayout, StateArray, Written } from "./layout";

export function theWell(written: Written): FileLayout {
  const { fields, directions, boundary, coordinates, trajectories, physics, name } = written;
  const constants = physics?.coefficients ?? {};
  const vectors = fields.filter(({ kind }) => kind === "vector");
  const tensors = fields.filter(({ kind }) => kind === "tensor");
  const scalars = fields.filter(({ kind }) => kind !== "vector" && kind !== "tensor");
  const varying = {
    sample_varying: true,
    time_varying: true,
    dim_varying: directions.map(() => true),
  };
  const arrayOf =
    (order: 0 | 1 | 2) =>
    ({ name: field, channels }: (typeof fields)[number]): StateArray => {
      const tail = Array.from({ length: order }, () => directions.length);
      return { path: `t${order}_fields/${field}`, channels, tail, attributes: varying };
    };
  const sides = directions.map((axis) => {
    const kind = boundary?.[axis];
    return { axis, kind, path: `boundary_conditions/${axis}_${kind ?? ""}` };
  });
  const stated = sides.filter(({ kind }) => kind !== undefined);
  const fixed = { sample_varying: false, time_varying: false };
  return {
    order: [...scalars, ...vectors, ...tensors],
    groups: [
      "dimensions",
      "scalars",
      "t0_fields",
      "t1_fields",
      "t2_fields",
      "boundary_conditions",
      ...stated.map(({ path }) => path),
    ],
    states: [...scalars.map(arrayOf(0)), ...vectors.map(arrayOf(1)), ...tensors.map(arrayOf(2))],
    lines: [
      { path: "dimensions/time", values: coordinates.time },
      ...directions.map((axis) => ({ path: `dimensions/${axis}`, values: coordinates[axis] })),
    ],
    // Where along its direction a boundary is: at both ends, which is how The Well's loader finds its sides.
    masks: stated.map(({ axis, path }) => {
      const points = written.points[directions.indexOf(axis)]!;
      const values = Array.from({ length: points }, (_, i) => i === 0 || i === points - 1);
      return { path: `${path}/mask`, values };
    }),
    numbers: Object.fromEntries(
      Object.entries(constants).map(([one, value]) => [`scalars/${one}`, value]),
    ),
    attributes: {
      "/": {
        dataset_name: name,
        grid_type: "cartesian",
        n_spatial_dims: BigInt(directions.length),
        n_trajectories: BigInt(trajectories),
        simulation_parameters: Object.keys(constants),
        ...constants,
      },
      dimensions: { spatial_dims: [...directions] },
      "dimensions/time": { sample_varying: false },
      ...Object.fromEntries(directions.map((axis) => [`dimensions/${axis}`, fixed])),
      scalars: { field_names: Object.keys(constants) },
      ...Object.fromEntries(Object.keys(constants).map((one) => [`scalars/${one}`, fixed])),
      t0_fields: { field_names: scalars.map((field) => field.name) },
      t1_fields: { field_names: vectors.map((field) => field.name) },
      t2_fields: { field_names: tensors.map((field) => field.name) },
      ...Object.fromEntries(
        stated.map(({ axis, kind, path }) => [
          path,
          {
            associated_dims: [axis],
            associated_fields: [],
            bc_type: kind!.toUpperCase(),
            ...fixed,
          },
        ]),
      ),
    },
  };
}
