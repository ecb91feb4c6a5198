import { expect, test } from "vitest";
import { FakeClient } from "./fakeClient";
import { Samples } from "./samples.svelte";

/** As many samples, of `values` numbers each. */
const of = (samples: number, values = 2) => ({ samples, shape: [samples, 1, values] });

test("samples are fetched ahead and each only once", async () => {
  const client = new FakeClient({
    "data.sample": ({ indices }) => {
      const data = Float32Array.from(indices.flatMap((index) => [index, -index]));
      const tensor = { dtype: "float32", shape: [indices.length, 2], data } as const;
      return { input: tensor, target: tensor, file: { size: 1, modified: 1 } };
    },
  });
  const samples = new Samples(client, "/studies/one");
  await samples.need("d", 2, of(5));
  await samples.need("d", 3, of(5));
  expect(client.calls.filter(({ name }) => name === "data.sample")).toHaveLength(1);
  const third = samples.get("d", 3);
  expect(third?.state === "ready" && [...third.value.input]).toEqual([3, -3]);
  samples.forget("d");
  expect(samples.get("d", 3)).toBeUndefined();
});

test("samples of a file that changed are not shown among those of what it was", async () => {
  let size = 1;
  const client = new FakeClient({
    "data.sample": ({ indices }) => {
      const data = new Float64Array(indices.length).fill(size);
      return {
        input: { dtype: "float64", shape: [indices.length, 1], data },
        target: null,
        file: { size, modified: 1 },
      };
    },
  });
  const samples = new Samples(client, "/studies/one");
  await samples.need("d", 0, of(20));
  await samples.need("other", 0, of(1));
  size = 2;
  await samples.need("d", 8, of(20));
  expect(samples.get("d", 8)).toMatchObject({ value: { input: Float64Array.of(2) } });
  expect(samples.get("d", 0)).toBeUndefined();
  expect(samples.get("other", 0)?.state).toBe("ready");
});

test("a sample that was read before is shown again only while its file is what it was", async () => {
  let file: { size: number } | null = { size: 1 };
  const input = { dtype: "float32", shape: [1, 1], data: Float32Array.of(1) } as const;
  const client = new FakeClient({
    "data.sample": () => ({ input, target: null, file: { size: 1 } }),
    "data.look": () => ({ file }),
  });
  const samples = new Samples(client, "/studies/one");
  await samples.need("d", 0, of(1));
  for (const now of [file, null]) {
    file = now;
    await samples.need("d", 0, of(1));
    expect(samples.get("d", 0)?.state).toBe("ready");
  }
  file = { size: 2 };
  await samples.need("d", 0, of(1));
  expect(samples.get("d", 0)).toBeUndefined();
});

test("a sample without a target has none, rather than its input again", async () => {
  const input = { dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 2) } as const;
  const file = { size: 1, modified: 1 };
  const client = new FakeClient({ "data.sample": () => ({ input, target: null, file }) });
  const samples = new Samples(client, "/studies/one");
  await samples.need("d", 0, of(1));
  expect(samples.get("d", 0)).toMatchObject({ value: { target: null, targetShape: null } });
});

test("while a sample is read only the last that was asked for waits", async () => {
  const asked: number[][] = [];
  const answers: (() => void)[] = [];
  const client = new FakeClient({
    "data.sample": async ({ indices }) => {
      asked.push(indices);
      await new Promise<void>((resolve) => answers.push(resolve));
      const data = Float32Array.from(indices);
      const input = { dtype: "float32", shape: [indices.length, 1], data } as const;
      return { input, target: null, file: { size: 1, modified: 1 } };
    },
  });
  const samples = new Samples(client, "/studies/one");
  // Frames so large that none is fetched ahead; a key that is held down asks for one after the other.
  const large = of(100, 512 * 512);
  const first = samples.need("d", 0, large);
  for (let i = 1; i <= 30; i++) void samples.need("d", i, large);
  answers[0]!();
  await expect.poll(() => asked).toEqual([[0], [30]]);
  answers[1]!();
  await first;
  expect(samples.get("d", 30)?.state).toBe("ready");
  expect(samples.get("d", 12)).toBeUndefined();
});

test("samples that are on their way while the reading changes are not shown as of the new one", async () => {
  let value = 1;
  let answer!: () => void;
  const client = new FakeClient({
    "data.sample": async () => {
      const input = { dtype: "float32", shape: [1, 1], data: Float32Array.of(value) } as const;
      if (value === 1) await new Promise<void>((resolve) => (answer = resolve));
      return { input, target: null, file: { size: 1, modified: 1 } };
    },
  });
  const samples = new Samples(client, "/studies/one");
  const first = samples.need("d", 0, of(1));
  samples.forget("d");
  value = 2;
  void samples.need("d", 0, of(1));
  answer();
  await first;
  expect(samples.get("d", 0)).toMatchObject({ value: { input: Float64Array.of(2) } });
});
