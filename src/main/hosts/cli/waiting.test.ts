/** What waited when a program was killed, on the command line. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { LocalCompute } from "../../compute/local";
import { simulate } from "../../compute/tasks/simulate";
import { Workbench } from "../../workbench/workbench";

// A process loads the program first, which a busy machine takes its time for.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let home: string;
let study: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "cli-waiting-"));
  study = join(home, "study");
  const data = join(home, "flow.npz");
  await simulate(
    { system: "navier-stokes", preset: null, set: {}, trajectories: 4, steps: 5, size: 16, seed: 1, out: data }, // prettier-ignore
    { signal: new AbortController().signal, progress: () => undefined },
  );
  const places = { settings: home, studies: home, resources: home };
  const workbench = new Workbench({ host: "cli", version: "0", places, compute: new LocalCompute() }); // prettier-ignore
  await workbench.call("study.create", { path: study });
  const { entry } = await workbench.call("study.addData", { study, path: data, options: {} });
  await workbench.close();
  const model = { kind: "architecture", id: "cnn", preset: null, parameters: { width: "4", depth: "2" } }; // prettier-ignore
  const parameters = { epochs: 1, batch: 4 };
  const training = (id: string) => ({ kind: "training", id, title: `Train ${id}`, asked: "2026-01-02T03:04:05Z", request: { name: id, data: entry, model, parameters } }); // prettier-ignore
  const request = { system: "kdv", preset: null, set: {}, trajectories: 1, steps: 2, size: 32, seed: 0 }; // prettier-ignore
  const flow = { kind: "simulation", id: "flow", title: "Simulate Korteweg–de Vries", asked: "2026-01-02T03:04:05Z", request }; // prettier-ignore
  const path = join(study, "study.json");
  const document = JSON.parse(await readFile(path, "utf8")) as object;
  const queue = [training("first"), training("second"), flow, training("third")];
  await writeFile(path, JSON.stringify({ ...document, queue }));
});
afterAll(() => rm(home, { recursive: true, force: true }));

function noetherscope(
  words: readonly string[],
): Promise<{ code: number | null; out: string; err: string }> {
  const entry = join(import.meta.dirname, "index.ts");
  const child = spawn(process.execPath, ["--import", "tsx", entry, ...words], {
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (text: Buffer) => (said.out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said.err += text.toString()));
  return new Promise((resolve) => child.on("exit", (code) => resolve({ code, ...said })));
}

test("is listed with the words that start it, begins when told to, and can be taken off", async () => {
  const listed = await noetherscope(["train", "--study", study, "--list"]);
  expect(listed.err).toContain("Train first waits, not started, asked for 2026-01-02 03:04 UTC");
  expect(listed.err).toContain(`noetherscope run ${study} --only flow starts it`);

  const begun = await noetherscope(["train", "--study", study, "--resume"]);
  expect(begun).toMatchObject({ code: 0, out: expect.stringMatching(/first-.*: 1 epochs/) as string }); // prettier-ignore
  const removed = await noetherscope(["train", "--study", study, "--remove", "second"]);
  expect(removed.out).toBe("Train second does not wait any more.\n");

  const rest = await noetherscope(["run", study]);
  expect(rest).toMatchObject({
    code: 0,
    out: "Simulate Korteweg–de Vries: done\nTrain third: done\n",
  });
  const document = JSON.parse(await readFile(join(study, "study.json"), "utf8")) as object;
  expect(document).toMatchObject({ queue: [], models: [{ name: "first" }, { name: "third" }] });
});
