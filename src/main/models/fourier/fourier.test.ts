import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { openData } from "../../data/dataset";
import { readNpz, writeNpz } from "../../data/npz";
import { createExecutor } from "../../runtime/executors";
import { openModel } from "..";
import { permuted } from "../permute";
import { encodeSafetensors } from "../safetensors";
import { openOperator, type GridOfOperator } from "./file";
import { parseArguments } from "./neuralop/arguments";

const fixtures = join(import.meta.dirname, "../../../../fixtures/checkpoints");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fourier-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["fno1d.pt", "fno1d"],
  ["fno2d.pt", "fno2d"],
  ["fno3d.pt", "fno3d"],
  ["operator_state_dict.pt", "operator"],
  ["tucker.pt", "tucker"],
  ["joint.pt", "joint"],
])("%s predicts what PyTorch does from the same weights", async (file, name) => {
  const weights = join(fixtures, file);
  const stored = Object.fromEntries(await readNpz(join(fixtures, `${name}.npz`)));
  // PDEBench's arrays have x before y, and y before z.
  const turned = { fno2d: [0, 1, 3, 2], fno3d: [0, 1, 4, 3, 2] }[name];
  const asGiven = (tensor: Tensor): Tensor =>
    turned === undefined ? tensor : permuted(tensor, turned);
  const [x, output] = [asGiven(stored["x"]!), asGiven(stored["output"]!)];
  const { bytes } = (await openOperator(weights)).build(gridOf(x));
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, bytes);
  const model = await openModel(path, { weights });
  const executor = createExecutor("onnxruntime", { threads: 1 });
  try {
    const program = await executor.compile(model.graph(2), { bind: model.parameters });
    const found = toFloat64((await program.run(new Map([["x", x]]))).get("y")!);
    const wanted = toFloat64(output);
    const largest = Math.max(...wanted.map(Math.abs));
    // float32 through up to four layers of transforms on both sides.
    wanted.forEach((value, i) => {
      expect(Math.abs(value - found[i]!)).toBeLessThan(2e-6 * Math.max(1, largest));
    });
  } finally {
    await executor.dispose();
  }
  expect(model.info.differentiable).toBe(true);
  // Normalisations that FNO3d has and does not apply.
  expect(model.info.weights!.leftInFile.filter((each) => !each.startsWith("bn"))).toEqual([]);
});

test("on a file of PDEBench, whose x is before y, the operator predicts what PyTorch does on the stored arrays", async () => {
  const path = join(fixtures, "fno2d.pt");
  const arrays = Object.fromEntries(await readNpz(join(fixtures, "fno2d.npz")));
  const [states, next] = [toFloat64(arrays["x"]!), toFloat64(arrays["output"]!)];
  // Two frames and what PyTorch makes of them are the three states [8 along x, 10 along y] of a trajectory.
  const [frames, size] = [2 * 80, 80];
  const data = Float32Array.from({ length: 2 * (frames + size) }, (_, i) => {
    const [trajectory, at] = [Math.floor(i / (frames + size)), i % (frames + size)];
    return at < frames ? states[trajectory * frames + at]! : next[trajectory * size + at - frames]!;
  });
  const file = join(folder, "2D_reaction.npz");
  const time = { dtype: "float32", shape: [3], data: Float32Array.of(0, 1, 2) } as const;
  await writeNpz(file, {
    tensor: { dtype: "float32", shape: [2, 3, 8, 10], data },
    "t-coordinate": time,
  });
  const opened = await openData(file, { history: 2 });
  const { input, target } = await opened.read([0, 1]);
  await opened.close();
  expect(opened.layout).toMatch(/^PDEBench/);
  expect(input.shape).toEqual([2, 2, 10, 8]);
  const model = await openModel(path, { sample: input.shape.slice(1) });
  const executor = createExecutor("onnxruntime", { threads: 1 });
  try {
    const program = await executor.compile(model.graph(2), { bind: model.parameters });
    const found = toFloat64((await program.run(new Map([["x", input]]))).get("y")!);
    const wanted = toFloat64(target!);
    const largest = Math.max(1, ...wanted.map(Math.abs));
    expect(found.length).toBe(wanted.length);
    // float32 through four layers of transforms on both sides.
    wanted.forEach((value, i) => {
      expect(Math.abs(value - found[i]!)).toBeLessThan(2e-6 * largest);
    });
  } finally {
    await executor.dispose();
  }
  expect(model.info.warnings.join(" ")).toMatch(/first axis is taken as x/);
});

test("the axes that are turned are those of the operator's own grid", async () => {
  const volume = await openModel(join(fixtures, "fno3d.pt"));
  expect(volume.info.warnings.join(" ")).toMatch(/fields \[z, y, x\].*\(b,c,x,y,z\)/);
});

test("points and coordinates of a grid are along y and then x", async () => {
  const operator = await openOperator(join(fixtures, "fno2d.pt"));
  const built = (points: number[], ends: [number, number][] | null): Uint8Array =>
    operator.build({ points, ends }).bytes;
  const centres = (n: number): [number, number] => [0.5 / n, 1 - 0.5 / n];
  const placed = built([10, 8], [centres(10), centres(8)]);
  expect(Buffer.compare(built([10, 8], null), placed)).toBe(0);
  expect(Buffer.compare(built([10, 8], [centres(8), centres(10)]), placed)).not.toBe(0);
});

function gridOf({ shape }: Tensor): GridOfOperator {
  return { points: shape.slice(2), ends: null, channels: shape[1]! };
}

test("a grid that is too coarse for the modes, or has other axes, is refused", async () => {
  const operator = await openOperator(join(fixtures, "fno2d.pt"));
  const built = (points: number[]): unknown => operator.build({ points, ends: null });
  expect(() => built([8, 1])).toThrow(/1 points have fewer than the 2 modes/);
  expect(() => built([8])).toThrow(/has 2 axes/);
  const other = await openOperator(join(fixtures, "tucker.pt"));
  expect(() => other.build({ points: [8, 8], ends: null })).toThrow(/has 3 axes/);
});

test("a checkpoint of another network is called none", async () => {
  const path = join(fixtures, "state.pt");
  await expect(openOperator(path)).rejects.toThrow(/is no Fourier neural operator/);
  await expect(openModel(path)).rejects.toThrow(/is a PyTorch checkpoint, weights without/);
});

test("an operator's checkpoint is a model by itself, on the grid of the data", async () => {
  const path = join(fixtures, "fno2d.pt");
  const model = await openModel(path);
  expect(model.info.inputs[0]!.shape).toEqual([null, 2, null, null]);
  expect(model.info.outputs[0]!.shape).toEqual([null, 1, null, null]);
  expect(model.info.open).toEqual(["y", "x"]);
  expect(model.info.warnings.join()).toMatch(/coordinates of its points/);
  const placed = await openModel(path, { sample: [2, 8, 10] });
  expect(placed.graph(3).inputs[0]!.shape).toEqual([3, 2, 8, 10]);
  expect(placed.info.parameterCount).toBe(model.info.parameterCount);
});

describe("what neuralop's weights do not show", () => {
  /** Without the arguments that stand beside it. */
  async function alone(): Promise<string> {
    const path = join(folder, "alone.pt");
    await copyFile(join(fixtures, "operator_state_dict.pt"), path);
    return path;
  }
  const points = [10, 12];

  test("is read from the arguments beside the state dict, and told where they are missing", async () => {
    const known = await openOperator(join(fixtures, "operator_state_dict.pt"));
    expect(known.build({ points, ends: null }).remarks.join()).not.toMatch(/defaults/);
    const lost = await openOperator(await alone());
    expect(lost.build({ points, ends: null }).remarks.join()).toMatch(
      /does not say how FNO\(…\) was called.*no padding/,
    );
  });

  test("can be stated, and makes the same network then", async () => {
    const init = "domain_padding=0.25,domain_padding_mode=symmetric,norm=group_norm";
    const stated = await openOperator(await alone(), parseArguments(init));
    const known = await openOperator(join(fixtures, "operator_state_dict.pt"));
    const [a, b] = [stated, known].map((operator) => operator.build({ points, ends: null }).bytes);
    expect(Buffer.compare(a!, b!)).toBe(0);
  });

  test("is asked for where releases padded differently", async () => {
    const path = await alone();
    await expect(openOperator(path, parseArguments("domain_padding=0.25"))).rejects.toThrow(
      /On which sides/,
    );
  });

  test.each([
    ["widht=3", /“widht” is no argument/],
    ["n_mode=8", /Did you mean “n_modes”/],
    ["non_linearity=selu", /activation is selu/],
    ["norm=ada_in", /embedding/],
    ["domain_padding=[0.1,0.2,0.3]", /domain_padding is not understood/],
    ["release=0.9", /release is not understood/],
  ])("is refused as %s", async (init, sentence) => {
    const path = await alone();
    const failure = await (async () => openOperator(path, parseArguments(init)))().catch(
      (error: unknown) => error,
    );
    expect(`${String(failure)} ${(failure as { todo?: string }).todo ?? ""}`).toMatch(sentence);
  });

  test("coordinates are appended to states of as many channels less, and to no others", async () => {
    const path = await alone();
    const channels = async (count: number): Promise<unknown> =>
      (await openModel(path, { sample: [count, ...points] })).info.inputs[0]!.shape[1];
    expect(await channels(2)).toBe(2);
    expect(await channels(4)).toBe(4);
  });

  test("which release an odd grid is of decides how its modes lie, and is asked for", async () => {
    const path = await alone();
    const odd = { points: [11, 12], ends: null };
    expect(() => openOdd(undefined)).not.toThrow();
    const untold = await openOperator(path);
    expect(() => untold.build(odd)).toThrow(/axis of 11 points, an odd number/);
    const [before, after] = await Promise.all(["2.0", "later"].map(openOdd));
    expect(Buffer.compare(before!, after!)).not.toBe(0);

    async function openOdd(release: string | undefined): Promise<Uint8Array> {
      const operator = await openOperator(path, parseArguments(`release=${release ?? "1.0"}`));
      return operator.build(odd).bytes;
    }
  });
});

describe("a checkpoint is refused", () => {
  const sound = async (): Promise<Map<string, Tensor>> => {
    const weights = await openModel(join(fixtures, "joint.pt"));
    return new Map(weights.parameters);
  };
  const failure = async (tensors: ReadonlyMap<string, Tensor>): Promise<string> => {
    const path = join(folder, "odd.safetensors");
    await writeFile(path, encodeSafetensors(tensors));
    const opened = (async () => (await openOperator(path)).build({ points: [12], ends: null }))();
    return opened.then(
      () => "built",
      (error: unknown) => String(error),
    );
  };

  test("of which a weight would be left out", async () => {
    const tensors = await sound();
    expect(await failure(tensors)).toBe("built");
    tensors.set("gno_out.weight", tensors.get("fno_blocks.fno_skips.0.weight")!);
    expect(await failure(tensors)).toMatch(/has gno_out.weight, which neuralop’s FNO has not/);
  });

  test("whose factors do not fit each other", async () => {
    const tensors = await sound();
    const factor = "fno_blocks.convs.weight.factors.factor_2";
    tensors.set(factor, { dtype: "float32", shape: [3, 4, 2], data: new Float32Array(24) });
    expect(await failure(tensors)).toMatch(/do not fit each other/);
  });

  test("whose skip is nowhere to be seen", async () => {
    const tensors = await sound();
    for (const i of [0, 1]) tensors.delete(`fno_blocks.fno_skips.${i}.weight`);
    expect(await failure(tensors)).toMatch(/whether that skip is the identity or left out/);
  });

  test("with whatever bytes changed in its arguments, in a sentence", async () => {
    const [state, kept] = ["operator_state_dict.pt", "operator_metadata.pkl"];
    const path = join(folder, state);
    await copyFile(join(fixtures, state), path);
    const bytes = await readFile(join(fixtures, kept));
    for (let at = 0; at < bytes.length; at += 37) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x55;
      await writeFile(join(folder, kept), changed);
      const opened = (async () =>
        (await openOperator(path)).build({ points: [10, 12], ends: null }))();
      await opened.catch((error: unknown) => {
        expect(error).toHaveProperty("code");
      });
    }
  });
});
