import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openData } from "../dataset";

const sample = "fixtures/datasets/zarr_v2/flow.zarr";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "absent-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function notices(path: string): Promise<readonly string[]> {
  const data = await openData(path);
  await data.close();
  return data.notices.filter((notice) => notice.includes("not stored"));
}

test("chunks of states that are not there are told; those of other arrays, which nobody reads, are not", async () => {
  // The sample's mask lacks one.
  expect(await notices(sample)).toEqual([]);
  const copy = join(folder, "flow.zarr");
  await cp(sample, copy, { recursive: true });
  const data = await openData(copy);
  const name = data.states.parts[0]!.array.name;
  await data.close();
  const chunk = (await readdir(join(copy, name))).find((one) => /^\d/.test(one))!;
  await rm(join(copy, name, chunk), { recursive: true });
  expect(await notices(copy)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^\\d+ of \\d+ chunks? of ${name} (is|are) not stored and read as the fill value `,
      ),
    ),
  ]);
});
