import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sizeOf, type Tensor } from "../../shared/tensor";
import { openData } from "./dataset";
import { writeNpz } from "./npz";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coordinates-"));
});
afterAll(() => rm(folder, { recursive: true }));

const counting = (...shape: number[]): Tensor => ({
  dtype: "float64",
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => i),
});

async function notices(states: Tensor, lines: Record<string, number>): Promise<string> {
  const path = join(folder, `${Object.values(lines).join("-")}.npz`);
  const positions = Object.entries(lines).map(([name, length]) => [name, counting(length)]);
  await writeNpz(path, { states, ...(Object.fromEntries(positions) as Record<string, Tensor>) });
  const data = await openData(path, { axes: "n,t,c,y,x" });
  await data.close();
  return data.notices.join("\n");
}

describe("positions that fit another axis than their own", () => {
  const states = counting(3, 8, 1, 20, 16);

  test("are told: the axes may be in another order", async () => {
    expect(await notices(states, { x: 20, y: 16 })).toContain(
      "y has 16 values, but y 20 points: the axes may be in another order, y where x is read.",
    );
    expect(await notices(counting(8, 3, 1, 20, 16), { t: 9 })).toContain(
      "time where trajectory is",
    );
  });

  test("are not, where they fit their own or none", async () => {
    for (const lines of [{ x: 16, y: 20, t: 8 }, { x: 16, t: 9 }, { x: 17 }, { t: 5 }]) {
      expect(await notices(states, lines)).not.toContain("another order");
    }
  });
});
