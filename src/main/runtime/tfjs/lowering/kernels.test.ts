/** What can be known of TensorFlow's kernels without TensorFlow: which there are. */
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { ops, type OpName } from "../../../graph/ops";
import { drawnCase } from "../../testing";
import { createTfjsExecutor } from "../executor";
import { backendFor } from "../library";

test("the lowerings call no kernel that tfjs-node-gpu lacks", async () => {
  const tf = backendFor("cpu").select();
  // The package's table of kernels needs no native library; its entry would.
  createRequire(import.meta.url)("@tensorflow/tfjs-node-gpu/dist/register_all_kernels");
  const offered = new Set(tf.getKernelsForBackend("tensorflow").map((each) => each.kernelName));
  expect(offered.size).toBeGreaterThan(100);
  const executor = createTfjsExecutor();
  const called = new Set<string>();
  for (const op of Object.keys(ops) as OpName[]) {
    for (let draw = 0; draw < 20; draw++) {
      const { graph, feeds } = drawnCase(op, draw);
      const program = await executor.compile(graph);
      const { kernelNames } = await tf.profile(async () => {
        await program.run(feeds);
        return tf.scalar(0);
      });
      // What tfjs composes of kernels is listed beside them.
      for (const name of kernelNames) if (!name.endsWith("__op")) called.add(name);
      await program.dispose();
    }
  }
  expect([...called].filter((name) => !offered.has(name))).toEqual([]);
});
