/**
 * A process of its own that computes every derivative of fixtures on a device and on the CPU, and prints how far they
 * are apart: `node --import tsx agreement.ts DEVICE FIXTURE…`. Which Vulkan there is, the environment of a process
 * says when it starts, so a test cannot ask in its own.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readNpz } from "../../data/npz";
import { relativeDeviation } from "../../runtime/deviation";
import { gradients } from "../tasks/gradients";

export interface Agreement {
  readonly fixture: string;
  /** Largest deviation from the CPU, relative to an array's largest element, and the array's name. */
  readonly worst: readonly [name: string, deviation: number];
  readonly arrays: number;
  readonly seconds: number;
  /** What ran on the CPU after all. */
  readonly remarks: readonly string[];
}

const [device, ...fixtures] = process.argv.slice(2);
const { signal } = new AbortController();
const folder = await mkdtemp(join(tmpdir(), "agreement-"));
try {
  for (const fixture of fixtures) {
    const source = join(import.meta.dirname, "../../../../fixtures", fixture);
    const run = async (on: string): Promise<{ file: string; remarks: readonly string[] }> => {
      const file = join(folder, `${fixture}-${on}.npz`);
      const { remarks } = await gradients(
        {
          model: join(source, "model.onnx"),
          weights: null,
          inputs: join(source, "data.npz"),
          out: file,
          executor: "onnxruntime",
          device: on,
          loss: "mse",
        },
        { signal },
      );
      return { file, remarks };
    };
    const expected = await readNpz((await run("cpu")).file);
    const start = performance.now();
    const { file, remarks } = await run(device!);
    const found = await readNpz(file);
    const deviations = [...expected].map(
      ([name, tensor]) => [name, relativeDeviation(found.get(name), tensor)] as const,
    );
    const worst = deviations.reduce((a, b) => (b[1] > a[1] ? b : a));
    const seconds = Math.round(performance.now() - start) / 1000;
    const agreement: Agreement = { fixture, worst, arrays: deviations.length, seconds, remarks };
    process.stdout.write(`${JSON.stringify(agreement)}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
// onnxruntime's threads would hold the process.
process.exit(0);
