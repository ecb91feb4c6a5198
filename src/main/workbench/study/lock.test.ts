import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { takeLock } from "./lock";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const path = (): string => join(folder, ".lock");

async function leaveLock(lock: { pid: number; host: string }): Promise<void> {
  const since = "2026-01-02T03:04:05.000Z";
  await writeFile(path(), JSON.stringify({ ...lock, since, token: "another" }));
}

describe("a study's lock", () => {
  test("goes to the first and tells the second who has it", async () => {
    const first = await takeLock(folder);
    const second = await takeLock(folder);
    expect(first.holder).toBeNull();
    expect(second.holder).toContain(`process ${process.pid} on this machine`);
    // Who does not have it cannot give it away.
    await second.release();
    expect(await first.stillOurs()).toBe(true);
    await first.release();
    expect((await takeLock(folder)).holder).toBeNull();
  });

  test("is taken over from a process that is gone", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    await leaveLock({ pid: child.pid!, host: hostname() });
    const lock = await takeLock(folder);
    expect(lock.holder).toBeNull();
    expect(await lock.stillOurs()).toBe(true);
  });

  test("of a process that is gone goes to one of many who ask for it at once", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    for (let round = 0; round < 20; round++) {
      await leaveLock({ pid: child.pid!, host: hostname() });
      // Asking at moments that differ by less than it takes to find out.
      const asked = Array.from({ length: 8 }, async (_, k) => {
        await wait(k % 4);
        return takeLock(folder);
      });
      const all = await Promise.all(asked);
      const ours = await Promise.all(all.map((lock) => lock.stillOurs()));
      expect(ours.filter(Boolean)).toHaveLength(1);
      expect(all.map(({ holder }) => holder === null)).toEqual(ours);
      await all[ours.indexOf(true)]!.release();
    }
  });

  test("is taken over where this very process held it in a folder that was renamed since", async () => {
    const inside = join(folder, "study");
    await mkdir(inside);
    const before = await takeLock(inside);
    const renamed = join(folder, "renamed");
    await rename(inside, renamed);
    expect(await before.stillOurs()).toBe(false);
    await before.release();
    const now = await takeLock(renamed);
    expect(now.holder).toBeNull();
    expect(await now.stillOurs()).toBe(true);
    expect((await takeLock(renamed)).holder).toContain(`process ${process.pid} on this machine`);
    await now.release();
  });

  test("is respected on another machine while that gives signs of life", async () => {
    await leaveLock({ pid: 1, host: "elsewhere" });
    expect((await takeLock(folder)).holder).toBe(
      "it is held by process 1 on elsewhere, since 2026-01-02 03:04 UTC",
    );
    const longAgo = new Date(Date.now() - 3600_000);
    await utimes(path(), longAgo, longAgo);
    // Who asks again and again would be the first to ask on a machine that wakes up.
    expect((await takeLock(folder, Infinity)).holder).toContain("process 1 on elsewhere");
    expect((await takeLock(folder)).holder).toBeNull();
  });

  test("that was taken over is not ours any more, and not removed by us", async () => {
    const lock = await takeLock(folder);
    await leaveLock({ pid: 1, host: "elsewhere" });
    expect(await lock.stillOurs()).toBe(false);
    await lock.release();
    expect(await readFile(path(), "utf8")).toContain("elsewhere");
  });
});
