import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeStates, type ConvertOptions, type LayoutName } from "../convert";
import { openData, type DataSet } from "../dataset";
import { writeNpz } from "../npz";
import { showFieldSpec } from "../../../shared/fields/spec";
import type { Tensor, TensorData } from "../../../shared/tensor";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hdf5-states-"));
});
afterAll(() => rm(folder, { recursive: true }));

const quietly = { signal: new AbortController().signal, onProgress: () => undefined };
const whole = ({ states }: DataSet): ConvertOptions => ({
  trajectories: [0, states.trajectories],
  times: [0, states.times],
  ...quietly,
});

/** Numbers that differ everywhere, [n, t, c, …] */
async function made(shape: readonly number[], spatial: string): Promise<string> {
  const path = join(folder, `made-${shape.join("x")}.npz`);
  const size = shape.reduce((product, n) => product * n, 1);
  const data = Float32Array.from({ length: size }, (_, i) => Math.fround(Math.sin(i) + i / 1000));
  const line = (n: number, step: number) => {
    const values = Float64Array.from({ length: n }, (_, i) => step * i);
    return { dtype: "float64" as const, shape: [n], data: values };
  };
  const axes = [...spatial].map((axis, i) => [axis, line(shape[3 + i]!, 0.25 + i)] as const);
  await writeNpz(path, {
    states: { dtype: "float32", shape, data },
    time: line(shape[1]!, 0.125),
    ...Object.fromEntries(axes),
  });
  return path;
}

/** The channels of [n, c, …] in another order. */
function inOrder({ shape, data }: Tensor, order: readonly number[]): TensorData {
  const inner = shape.slice(2).reduce((product, n) => product * n, 1);
  const count = shape[1]!;
  return Float32Array.from(data as Float32Array, (_, i) => {
    const channel = Math.floor(i / inner) % count;
    return (data as Float32Array)[i + (order[channel]! - channel) * inner]!;
  });
}

const cases = [
  ["the-well", [2, 3, 4, 5, 6], "yx", "density:rho,vector:v,pseudoscalar:w", "x periodic, y wall"],
  ["pdebench", [2, 3, 4, 5, 6], "yx", "density:rho,vector:v,scalar:p", "open"],
  ["pdebench", [2, 3, 3, 5, 6], "yx", "pseudoscalar:w,vector:v", "periodic"],
  ["pdebench", [2, 3, 1, 7], "x", "vector:u", "periodic"],
  ["the-well", [1, 2, 3, 4, 5, 6], "zyx", "vector:v", "periodic"],
  ["the-well", [2, 2, 1, 8], "x", "density:h", "open"],
  ["the-well", [2, 3, 7, 5, 6], "yx", "tensor:T,density:rho,vector:v", "periodic"],
  ["the-well", [1, 2, 10, 3, 4, 5], "zyx", "tensor:T,scalar:p", "open"],
  ["pdebench", [2, 3, 5, 5, 6], "yx", "scalar:p,tensor:T", "periodic"],
] as const satisfies readonly (readonly [LayoutName, number[], string, string, string])[];

describe.each(cases)(
  "%s of states %j along %s with %s, %s",
  (layout, shape, spatial, fields, boundary) => {
    test("reads back as the same data set", async () => {
      const before = await openData(await made(shape, spatial), { fields, boundary });
      const out = join(folder, `${layout}-${spatial}-${shape.length}-${fields.length}.h5`);
      await writeStates(before, out, layout, whole(before));
      const after = await openData(out);
      expect(after.layout).toMatch(layout === "the-well" ? /^The Well/ : /^PDEBench/);
      expect(after).toMatchObject({
        shape: before.shape,
        axes: before.axes,
        boundary,
        spacing: before.spacing,
        coordinates: before.coordinates,
      });
      expect(after.dt).toBeCloseTo(before.dt!, 12);
      const kindsOf = ({ channels }: DataSet) => channels.map(({ kind }) => kind);
      // The Well lists scalars before vectors.
      const order = kindsOf(after).map((kind) => kindsOf(before).indexOf(kind));
      expect([...order].sort()).toEqual(order.map((_, i) => i));
      const indices = Array.from({ length: before.sampleCount }, (_, i) => i);
      const { input: was } = await before.read(indices);
      const { input: is } = await after.read(indices);
      expect(is.data).toEqual(inOrder(was, order));
      await before.close();
      await after.close();
    });
  },
);

test.each(["the-well", "pdebench"] as const)(
  "%s keeps sides and units that were stated, and every side's mask",
  async (layout) => {
    const stated = { fields: "scalar:s,vector:v", boundary: "open", length: [2, 3], units: "v=m/s,x=km,t=s" }; // prettier-ignore
    const before = await openData(await made([2, 3, 3, 5, 6], "yx"), stated);
    const out = join(folder, `stated-${layout}.h5`);
    await writeStates(before, out, layout, whole(before));
    const after = await openData(out);
    expect(after.units).toEqual({ v: "m/s", x: "km", t: "s" });
    after.spacing!.forEach((step, i) => expect(step).toBeCloseTo(before.spacing![i]!, 12));
    const mask = after.arrays.find(({ name }) => name === "boundary_conditions/x_open/mask");
    if (layout === "the-well") expect([...(await mask!.read())]).toEqual([1, 0, 0, 0, 0, 1]);
    await before.close();
    await after.close();
  },
);

test.each(["the-well", "pdebench"] as const)(
  "%s does not state what nobody stated, although it has to write some of it",
  async (layout) => {
    const path = join(folder, `unstated-${layout}.npz`);
    const data = Float32Array.from({ length: 2 * 3 * 2 * 30 }, (_, i) => Math.sin(i));
    await writeNpz(path, { states: { dtype: "float32", shape: [2, 3, 2, 5, 6], data } });
    const before = await openData(path);
    const out = join(folder, `unstated-${layout}.h5`);
    const { notices } = await writeStates(before, out, layout, whole(before));
    expect(notices.join()).toMatch(/sides of the box.*time step.*boundary/s);
    const after = await openData(out);
    expect(after).toMatchObject({ dt: undefined, spacing: null, coordinates: {}, boundary: undefined, fields: undefined }); // prettier-ignore
    expect((await after.read([0, 3])).input.data).toEqual((await before.read([0, 3])).input.data);
    await before.close();
    await after.close();
  },
);

test("channels that are only named keep their names, and uneven positions are no guess", async () => {
  const path = join(folder, "named-channels.npz");
  const data = Float32Array.from({ length: 2 * 3 * 30 }, (_, i) => Math.sin(i));
  const u = { dtype: "float32" as const, shape: [1, 3, 5, 6], data: data.subarray(0, 90) };
  const x = { dtype: "float64" as const, shape: [6], data: Float64Array.of(0, 1, 3, 4, 6, 9) };
  await writeNpz(path, { u, w: { ...u, data: data.slice(90) }, x });
  const before = await openData(path, { input: "u,w", axes: "n,t,y,x", length: [1, 9], dt: 1 });
  const out = join(folder, "named-channels.h5");
  const { notices } = await writeStates(before, out, "pdebench", whole(before));
  expect(notices.join()).not.toContain("sides of the box");
  const after = await openData(out);
  expect(after.channels.map(({ name }) => name)).toEqual(["u", "w"]);
  await before.close();
  await after.close();
});

test("the equations and their numbers go along into every layout", async () => {
  const physics = { physics: "kdv", coefficients: { alpha: 6, beta: 0.25 } };
  const kdv = await openData(await made([2, 3, 1, 8], "x"), { fields: "density:u" });
  for (const [layout, ending] of [
    ["npz", "npz"],
    ["the-well", "h5"],
    ["pdebench", "h5"],
  ] as const) {
    const out = join(folder, `kdv-${layout}.${ending}`);
    await writeStates({ ...kdv, physics }, out, layout, whole(kdv));
    const after = await openData(out);
    expect(after.physics, layout).toEqual(physics);
    expect(after.evidence, layout).toContain("It states its physics: kdv: alpha=6,beta=0.25.");
    if (layout === "the-well") {
      const names = after.arrays.map(({ name }) => name);
      expect(names).toContain("scalars/alpha");
    }
    await after.close();
  }
  await kdv.close();
});

test("a conversion that was cancelled, or has no grid, leaves nothing behind", async () => {
  const data = await openData(await made([2, 3, 4, 5, 6], "yx"), { fields: "density:rho,vector:v,scalar:p" }); // prettier-ignore
  const before = await readdir(folder);
  const out = join(folder, "gone.h5");
  const options = { ...whole(data), signal: AbortSignal.abort() };
  await expect(writeStates(data, out, "the-well", options)).rejects.toThrow();
  await expect(writeStates(data, join(folder, "no/such.h5"), "the-well", whole(data))).rejects.toMatchObject({ code: expect.stringMatching(/^file\//) as string }); // prettier-ignore
  expect(await readdir(folder)).toEqual(before);
  await data.close();
});

const python = (() => {
  try {
    execFileSync("/usr/bin/python3", ["-c", "import h5py, xarray"], { stdio: "ignore" });
    return "/usr/bin/python3";
  } catch {
    return undefined;
  }
})();

test.skipIf(python === undefined)("h5py and xarray read the values by their places", async () => {
  const data = await openData(await made([2, 3, 4, 5, 6], "yx"), { fields: "density:rho,vector:v,scalar:p", boundary: "periodic", units: "v=m/s,x=km" }); // prettier-ignore
  const [well, bench] = [join(folder, "py-well.h5"), join(folder, "py-bench.h5")];
  const known = { ...data, physics: { physics: "navier-stokes", coefficients: { nu: 0.25 } } };
  await writeStates(known, well, "the-well", whole(data));
  await writeStates(known, bench, "pdebench", whole(data));
  const script = `
import sys, json, h5py, numpy as np, xarray
states = np.load(sys.argv[1])["states"]
w, p = h5py.File(sys.argv[2]), h5py.File(sys.argv[3])
x_first = lambda a: np.swapaxes(a, -1, -2)
assert np.array_equal(w["t0_fields/rho"], x_first(states[:, :, 0]))
assert np.array_equal(w["t1_fields/v"][..., 1], x_first(states[:, :, 2]))
assert np.array_equal(p["Vy"], x_first(states[:, :, 2])) and p["Vy"].dtype == np.float32
assert w["scalars/nu"][()] == 0.25 and list(w.attrs["simulation_parameters"]) == ["nu"] and w.attrs["nu"] == 0.25
assert w.attrs["noetherscope_physics"] == p.attrs["noetherscope_physics"] == "navier-stokes: nu=0.25"
assert list(w["t1_fields"].attrs["field_names"]) == ["v"] and w.attrs["n_spatial_dims"] == 2 and w.attrs["n_spatial_dims"].dtype.kind == "i"
assert w["boundary_conditions/x_periodic"].attrs["bc_type"] == "PERIODIC"
mask = w["boundary_conditions/x_periodic"]["mask"][:]
assert mask[0] and mask[-1] and not mask[1:-1].any() and len(mask) == w["dimensions/x"].shape[0]
assert w["t1_fields/v"].attrs["units"] == p["Vx"].attrs["units"] == "m/s" and w["dimensions/x"].attrs["units"] == "km"
d = xarray.open_dataset(sys.argv[3], engine="h5netcdf", phony_dims="sort")
assert np.array_equal(d["density"].values, p["density"])
print("read")`;
  const read = execFileSync(python!, ["-c", script, data.path, well, bench], { encoding: "utf8" });
  expect(read.trim()).toBe("read");
  await data.close();
});

test.skipIf(python === undefined)(
  "tensors go from h5py’s [x, y, i, j] and back to them",
  async () => {
    const [made, again] = [join(folder, "t2.h5"), join(folder, "t2-again.h5")];
    const names = ["D", "p", "U"];
    const make = `
import sys, h5py, numpy as np
d = int(sys.argv[2])
n = [5, 4, 3][:d]
with h5py.File(sys.argv[1], "w") as f:
    f.attrs["n_spatial_dims"] = d
    for order, name in [(2, "${names[0]!}"), (0, "${names[1]!}"), (1, "${names[2]!}")]:
        shape = [2, 3] + n + [d] * order
        a = f.create_dataset(f"t{order}_fields/{name}", data=np.random.default_rng(order).normal(size=shape).astype("f4"))
        a.attrs["sample_varying"], a.attrs["time_varying"], a.attrs["dim_varying"] = True, True, [True] * d
        f[f"t{order}_fields"].attrs["field_names"] = [name]
    f.create_group("dimensions").attrs["spatial_dims"] = ["x", "y", "z"][:d]
with h5py.File(sys.argv[1]) as f: print(f["t2_fields/D"][1, 2][(1, 2, 0)[:d]].ravel().tolist())`;
    const compare = `
import sys, h5py, numpy as np
a, b = h5py.File(sys.argv[1]), h5py.File(sys.argv[2])
for name in ["t0_fields/p", "t1_fields/U", "t2_fields/D"]: assert np.array_equal(a[name], b[name]), name
assert list(b["t2_fields"].attrs["field_names"]) == ["D"] and list(b["t0_fields"].attrs["field_names"]) == ["p"]
print("same")`;
    for (const d of [2, 3]) {
      const matrix = JSON.parse(execFileSync(python!, ["-c", make, made, String(d)], { encoding: "utf8" })) as number[]; // prettier-ignore
      const data = await openData(made, { input: "p,U,D" });
      expect(showFieldSpec(data.fields!)).toBe("scalar:p,vector:U,tensor:D");
      const { data: state } = await data.states.read([{ trajectory: 1, time: 2 }]);
      const points = d === 2 ? 20 : 60;
      // Point (1, 2, 0) of [z, y, x], x fastest and 5 of them, 4 along y.
      const held = matrix.map((_, c) => state[(1 + d + c) * points + 2 * 5 + 1]);
      expect(held).toEqual(matrix);
      await writeStates(data, again, "the-well", whole(data));
      expect(execFileSync(python!, ["-c", compare, made, again], { encoding: "utf8" })).toBe(
        "same\n",
      );
      await data.close();
      // What our own file says of its fields counts the tensor among them.
      const after = await openData(again);
      expect(showFieldSpec(after.fields!)).toBe("scalar:p,vector:U,tensor:D");
      await after.close();
    }
  },
);

test.each(["the-well", "pdebench"] as const)(
  "%s holds components x and y as they are, however the states stored them",
  async (layout) => {
    const path = await made([2, 3, 3, 5, 6], "yx");
    const before = await openData(path, { fields: "scalar:s,vector:v(y,-x)" });
    const out = join(folder, `read-${layout}.h5`);
    await writeStates(before, out, layout, whole(before));
    const after = await openData(out);
    expect(after.channels.map(({ kind }) => kind)).toEqual(["scalar", "vector.x", "vector.y"]);
    const { input: was } = await before.read([0, 3]);
    const { input: is } = await after.read([0, 3]);
    const minus = inOrder(was, [0, 2, 1]);
    const expected = Float32Array.from(minus as Float32Array, (value, i) =>
      Math.floor(i / 30) % 3 === 1 ? -value : value,
    );
    expect(is.data).toEqual(expected);
    await before.close();
    await after.close();
  },
);
