import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import { toFloat64 } from "../../shared/tensor";
import { bytesOf } from "./byteSource";
import { openData } from "./dataset";
import { describeData } from "./describe";
import { openNetcdf3 } from "./netcdf3";

const samples = "src/main/data/testing/samples";
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "netcdf-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(["classic", "64bit_offset", "64bit_data"])("NetCDF 3, %s", (version) => {
  const path = join(samples, `${version}.nc`);

  test("gives its records, axes and coordinates by their names", async () => {
    const data = await openData(path);
    const info = await describeData(data);
    expect(info).toMatchObject({
      layout: "NetCDF 3",
      shape: [1, 4, 2, 3, 5],
      axes: ["trajectory", "time", "channel", "y", "x"],
      fields: "vector:velocity",
      dt: 0.5,
      coordinates: { time: [0, 0.5, 1, 1.5], x: [0, 0.25, 0.5, 0.75, 1] },
    });
    const { data: values } = await data.states.read([{ trajectory: 0, time: 2 }]);
    const frame = Array.from({ length: 15 }, (_, i) => 30 + i);
    expect([...toFloat64({ data: values })]).toEqual([...frame, ...frame]);
    await data.close();
  });

  test("cut anywhere is refused in a sentence", async () => {
    const bytes = await readFile(path);
    // The last record's padding may be missing; of everything else each byte counts.
    for (let length = 4; length < bytes.length - 8; length += 3) {
      const source = bytesOf("cut.nc", new Uint8Array(bytes.subarray(0, length)));
      await expect(openNetcdf3(source), `${length} bytes`).rejects.toBeInstanceOf(UserError);
    }
  });
});

test("a header that claims more than there is takes no memory for it", async () => {
  const bytes = await readFile(join(samples, "classic.nc"));
  // The number of dimensions, and then their first length.
  for (const at of [12, 24]) {
    const lie = Buffer.from(bytes);
    lie.writeUInt32BE(0x7fff_ffff, at);
    const path = join(folder, "lie.nc");
    await writeFile(path, lie);
    await expect(openData(path)).rejects.toBeInstanceOf(UserError);
  }
});
