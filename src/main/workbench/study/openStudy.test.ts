import { chmod, mkdir, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { home, newStudy, newWorkbench, onDisk, restart, view, workbench } from "../testBench";

describe("a study", () => {
  test("is what it was after the program was started again", async () => {
    const { path } = await newStudy();
    await workbench.call("study.note", { study: path, notes: "Why r fails." });
    const before = await view(path);
    await restart();
    expect(await view(path)).toEqual({ ...before, undo: null, redo: null });
    expect((await workbench.call("recent.list", {}))[0]).toMatchObject({
      path,
      name: "one",
      here: true,
    });
  });

  test("undoes and redoes every edit, and each state is on the disk", async () => {
    const { path, model, data } = await newStudy();
    const states = [await onDisk(path)];
    const edits = [
      () => workbench.call("study.rename", { study: path, name: "Two" }),
      () => workbench.call("study.editModel", { study: path, entry: model, name: "U-Net" }),
      () =>
        workbench.call("study.editData", {
          study: path,
          entry: data,
          options: { fields: "scalar:a,scalar:b" },
        }),
      () => workbench.call("study.remove", { study: path, entry: data }),
    ];
    for (const edit of edits) {
      await edit();
      states.push(await onDisk(path));
    }
    const ids = new Set(states);
    expect(ids.size).toBe(states.length);
    expect((await view(path)).undo).toBe("Remove data");
    for (const state of states.slice(0, -1).reverse()) {
      await workbench.call("study.undo", { study: path });
      expect(await onDisk(path)).toBe(state);
    }
    for (const state of states.slice(1)) {
      await workbench.call("study.redo", { study: path });
      expect(await onDisk(path)).toBe(state);
    }
  });

  test("has a name that is seen: blanks alone are refused, those around it are cut", async () => {
    const path = join(home, "named");
    await expect(workbench.call("study.create", { path, name: "  " })).rejects.toMatchObject({
      code: "study/name",
    });
    await workbench.call("study.create", { path, name: " Jets " });
    await expect(workbench.call("study.rename", { study: path, name: "" })).rejects.toMatchObject({
      code: "study/name",
    });
    expect((await view(path)).name).toBe("Jets");
  });

  test("whose folder is renamed while it is open says so, and opens where it lies now without what never began", async () => {
    const { path } = await newStudy();
    await mkdir(join(path, "checkpoints", ".unet-on-jets.partial"), { recursive: true });
    const moved = join(home, "renamed");
    await rename(path, moved);
    await expect(workbench.call("study.note", { study: path, notes: "" })).rejects.toMatchObject({
      code: "study/gone",
      message: `The study ${path} is not there any more.`,
    });
    expect((await view(moved)).readOnly).toBeNull();
    expect(await readdir(join(moved, "checkpoints"))).toEqual([]);
    await workbench.call("study.note", { study: moved, notes: "Here." });
    expect((await view(moved)).notes).toBe("Here.");
  });

  test("stores paths inside of its folder so that it can be moved", async () => {
    const { path } = await workbench.call("study.create", { path: join(home, "one") });
    await workbench.call("files.upload", {
      study: path,
      name: "flow.npz",
      offset: 0,
      size: 4,
      bytes: new Uint8Array(4),
    });
    await workbench.call("study.addData", {
      study: path,
      path: join(path, "uploads/flow.npz"),
      options: {},
    });
    await workbench.call("study.close", { study: path });
    await rename(path, join(home, "moved"));
    const moved = await view(join(home, "moved"));
    expect(moved.data[0]).toMatchObject({
      state: "here",
      file: { path: join(home, "moved/uploads/flow.npz") },
      info: { path: join(home, "moved/uploads/flow.npz") },
    });
  });

  test("of a newer version is refused and left as it is", async () => {
    const { path } = await newStudy();
    await workbench.call("study.close", { study: path });
    const newer = (await onDisk(path)).replace('"format": 1', '"format": 2');
    await writeFile(join(path, "study.json"), newer);
    await expect(view(path)).rejects.toMatchObject({
      code: "study/newer",
      message: expect.stringContaining(join(path, "study.json")),
    });
    expect(await onDisk(path)).toBe(newer);
    expect(await readdir(path)).toEqual(["study.json"]);
  });

  test.each(["", "{", "[]", '{"format":1}', '{"format":1,"name":3}'])(
    "that is damaged (%j) is one sentence with the file",
    async (text) => {
      await mkdir(join(home, "bad"));
      await writeFile(join(home, "bad/study.json"), text);
      await expect(view(join(home, "bad"))).rejects.toMatchObject({
        code: "study/damaged",
        where: join(home, "bad/study.json"),
      });
    },
  );

  test("is opened for reading only while another program has it, which is named", async () => {
    const { path } = await newStudy();
    const other = newWorkbench();
    const there = await other.call("study.open", { path });
    expect(there.readOnly).toContain(`process ${process.pid}`);
    await expect(other.call("study.rename", { study: path, name: "Mine" })).rejects.toMatchObject({
      code: "study/read-only",
    });
    await workbench.call("study.close", { study: path });
    await other.call("study.close", { study: path });
    expect((await other.call("study.open", { path })).readOnly).toBeNull();
  });

  test("is not made over other files", async () => {
    await mkdir(join(home, "full"));
    await writeFile(join(home, "full/thesis.tex"), "");
    await expect(
      workbench.call("study.create", { path: join(home, "full") }),
    ).rejects.toMatchObject({ code: "study/not-empty" });
    expect(await readdir(join(home, "full"))).toEqual(["thesis.tex"]);
    const { path } = await newStudy();
    await expect(workbench.call("study.create", { path })).rejects.toMatchObject({
      code: "study/exists",
    });
  });

  test.runIf(process.platform === "linux")(
    "is refused at once where no folder can be",
    async () => {
      // Node's own recursive mkdir would spin there for ever.
      await expect(
        workbench.call("study.create", { path: "/proc/nowhere/deep" }),
      ).rejects.toMatchObject({ code: "file/enoent" });
    },
  );

  test("is unchanged by a file that cannot be read", async () => {
    const { path } = await newStudy();
    const before = await onDisk(path);
    await writeFile(join(home, "bad.npz"), "broken");
    for (const file of ["bad.npz", "none.npz"]) {
      await expect(
        workbench.call("study.addData", { study: path, path: join(home, file), options: {} }),
      ).rejects.toThrow();
    }
    expect(await onDisk(path)).toBe(before);
  });

  // Root may write anywhere.
  test.skipIf(process.getuid?.() === 0)(
    "in a folder without write permission can be read",
    async () => {
      const { path } = await newStudy();
      await workbench.call("study.close", { study: path });
      await chmod(path, 0o500);
      expect((await view(path)).readOnly).toContain("cannot be written");
      await chmod(path, 0o700);
    },
  );
});

describe("entries", () => {
  test("say whether their files are here, changed or missing", async () => {
    const { path } = await newStudy();
    const file = join(home, "model.onnx");
    const state = async (): Promise<string> => (await view(path)).models[0]!.state;
    expect(await state()).toBe("here");
    // Another time but the same content: a copy.
    await utimes(file, new Date(), new Date(Date.now() - 1e6));
    expect(await state()).toBe("here");
    await writeFile(file, "MODEL");
    expect(await state()).toBe("changed");
    await rm(file);
    expect(await state()).toBe("missing");
  });
});
