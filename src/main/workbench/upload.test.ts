import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import { compute, home, newStudy, workbench } from "./testBench";

describe("uploads", () => {
  const piece = (
    path: string,
    name: string,
    offset: number,
    size: number,
    bytes: Uint8Array,
  ): Promise<{ path: string | null; received: number }> =>
    workbench.call("files.upload", {
      study: path,
      name,
      offset,
      size,
      bytes: new Uint8Array(bytes),
    });

  test("come in pieces and appear when complete, under a name that is free", async () => {
    const { path } = await workbench.call("study.create", { path: join(home, "one") });
    for (const [k, expected] of ["flow.npz", "flow 2.npz"].entries()) {
      const content = Uint8Array.from({ length: 10 }, (_, i) => i + k);
      expect(await piece(path, "flow.npz", 0, 10, content.subarray(0, 6))).toEqual({
        received: 6,
        path: null,
      });
      expect(await readdir(join(path, "uploads"))).not.toContain(expected);
      expect(await piece(path, "flow.npz", 6, 10, content.subarray(6))).toEqual({
        received: 10,
        path: join(path, "uploads", expected),
      });
      expect(new Uint8Array(await readFile(join(path, "uploads", expected)))).toEqual(content);
    }
  });

  test("of the same name and content are one file, which stays when it is sent again and refused", async () => {
    const { path } = await newStudy();
    const send = (text: string): Promise<{ path: string | null }> => {
      const bytes = new TextEncoder().encode(text);
      return piece(path, "flow.npz", 0, bytes.length, bytes);
    };
    const [first, other, again] = [await send("one"), await send("two"), await send("two")];
    expect(other.path).not.toBe(first.path);
    expect(again.path).toBe(other.path);
    expect((await readdir(join(path, "uploads"))).toSorted()).toEqual(["flow 2.npz", "flow.npz"]);
    const add = (): Promise<unknown> =>
      workbench.call("study.addData", { study: path, path: first.path!, options: {} });
    await add();
    await send("one");
    compute.call = () => Promise.reject(new UserError("npy/header", "Damaged."));
    await expect(add()).rejects.toMatchObject({ code: "npy/header" });
    expect(await readdir(join(path, "uploads"))).toContain("flow.npz");
  });

  test("stay while it is asked how they are meant, and go when that is given up", async () => {
    const { path } = await newStudy();
    const answer = compute.call.bind(compute);
    compute.call = (task, input, options) =>
      task !== "inspectData" || (input as { options: { input?: string } }).options.input === "u"
        ? answer(task, input, options)
        : Promise.reject(
            (input as { options: { input?: string } }).options.input === undefined
              ? new UserError("data/no-input", "Which?", { choices: [{ value: "u", label: "u" }] })
              : new UserError("axes/extent", "Others."),
          );
    const names = ["answered.h5", "given-up.h5"];
    for (const [k, name] of names.entries()) {
      const sent = (await piece(path, name, 0, 1, Uint8Array.of(k))).path!;
      const add = (options: object): Promise<unknown> =>
        workbench.call("study.addData", { study: path, path: sent, options });
      await expect(add({})).rejects.toMatchObject({ code: "data/no-input" });
      // An answer that does not fit leaves the question, and the file.
      await expect(add({ input: "v" })).rejects.toMatchObject({ code: "axes/extent" });
      expect(await readdir(join(path, "uploads"))).toContain(name);
      if (name === "answered.h5") await add({ input: "u" });
      await workbench.call("files.discard", { path: sent });
    }
    expect(await readdir(join(path, "uploads"))).toEqual(["answered.h5"]);
    await workbench.call("files.discard", { path: join(path, "study.json") });
    expect(await readdir(path)).toContain("study.json");
  });

  test("stay where they are statistics, which a network may be normalised with", async () => {
    const { path } = await newStudy();
    compute.call = () => Promise.reject(new UserError("data/statistics", "No states."));
    const sent = (await piece(path, "stats.npz", 0, 1, Uint8Array.of(1))).path!;
    const added = workbench.call("study.addData", { study: path, path: sent, options: {} });
    await expect(added).rejects.toMatchObject({ code: "data/statistics" });
    await workbench.call("study.close", { study: path });
    expect(await readdir(join(path, "uploads"))).toContain("stats.npz");
  });

  test("of which one of several sets of weights was taken stay with the study", async () => {
    const { path, model } = await newStudy();
    const sent = (await piece(path, "trainer.ckpt", 0, 1, Uint8Array.of(1))).path!;
    await workbench.call("study.editModel", {
      study: path,
      entry: model,
      weights: `${sent}::ema`,
    });
    const second = (await piece(path, "second.ckpt", 0, 1, Uint8Array.of(2))).path!;
    await workbench.call("study.addModel", {
      study: path,
      path: join(home, "model.onnx"),
      weights: second,
    });
    await workbench.close();
    expect((await readdir(join(path, "uploads"))).toSorted()).toEqual([
      "second.ckpt",
      "trainer.ckpt",
    ]);
  });

  test("lead nowhere, are bounded and leave nothing behind when broken off", async () => {
    const { path } = await workbench.call("study.create", { path: join(home, "one") });
    const byte = new Uint8Array(1);
    for (const name of ["../x.npz", "a/b.npz", ".hidden", "a\\b", "", "a\nb", ".."]) {
      await expect(piece(path, name, 0, 1, byte), name).rejects.toMatchObject({
        code: "upload/name",
      });
    }
    await expect(piece(path, "big.npz", 0, 1e12, byte)).rejects.toMatchObject({
      code: "upload/too-large",
    });
    await piece(path, "a.npz", 0, 3, byte);
    await expect(piece(path, "a.npz", 2, 3, byte)).rejects.toMatchObject({
      code: "upload/out-of-order",
    });
    expect(await readdir(join(path, "uploads"))).toEqual([]);
  });

  test.each(["data", "model", "weights"])(
    "refused as %s are removed, and what was opened before stays",
    async (kind) => {
      const { path, model } = await newStudy();
      const upload = async (name: string, text: string): Promise<string> => {
        const bytes = new TextEncoder().encode(text);
        return (await piece(path, name, 0, bytes.length, bytes)).path!;
      };
      const open = (file: string): Promise<unknown> =>
        kind === "data"
          ? workbench.call("study.addData", { study: path, path: file, options: {} })
          : kind === "model"
            ? workbench.call("study.addModel", { study: path, path: file })
            : workbench.call("study.editModel", { study: path, entry: model, weights: file });
      await open(await upload("good.bin", "good"));
      await expect(open(await upload("bad.bin", "broken"))).rejects.toMatchObject({
        code: "npy/header",
      });
      expect(await readdir(join(path, "uploads"))).toEqual(["good.bin"]);
    },
  );

  test("that are refused are only ever removed from where they were uploaded to", async () => {
    const { path } = await newStudy();
    const own = join(home, "own.npz");
    await writeFile(own, "broken");
    await expect(
      workbench.call("study.addData", { study: path, path: own, options: {} }),
    ).rejects.toMatchObject({ code: "npy/header" });
    expect(await readdir(home)).toContain("own.npz");
  });

  test("that nothing opened go with the program", async () => {
    const { path } = await newStudy();
    await piece(path, "left.npz", 0, 1, new Uint8Array(1));
    await workbench.close();
    expect(await readdir(join(path, "uploads"))).toEqual([]);
  });
});
