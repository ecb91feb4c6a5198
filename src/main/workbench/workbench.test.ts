import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { home, newStudy, workbench } from "./testBench";

describe("the boundary", () => {
  test("refuses unknown methods and inputs of another form", async () => {
    await expect(workbench.dispatch("toString", {})).rejects.toMatchObject({
      code: "contract/method",
    });
    await expect(workbench.dispatch("study.open", { path: 3 })).rejects.toMatchObject({
      code: "contract/input",
      message: expect.stringContaining("path"),
    });
    await expect(workbench.dispatch("study.open", null)).rejects.toMatchObject({
      code: "contract/input",
    });
  });
});

describe("the file browser", () => {
  test("lists folders first and says what opens", async () => {
    const { path } = await newStudy();
    await writeFile(join(home, "notes.txt"), "");
    const { entries, parent } = await workbench.call("files.list", { path: home });
    expect(entries.map(({ name, opens }) => [name, opens])).toEqual([
      ["one", "study"],
      ["data.npz", "data"],
      ["model.onnx", "model"],
      ["notes.txt", null],
      ["recent.json", null],
    ]);
    expect(parent).toBe(tmpdir());
    await expect(workbench.call("files.list", { path: join(path, "none") })).rejects.toMatchObject({
      code: "file/enoent",
    });
  });
});

describe("examples", () => {
  test("are copied into a new study each time", async () => {
    const folder = join(home, "resources/examples/toy");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "m.onnx"), "m");
    await writeFile(join(folder, "d.npz"), "d");
    const example = {
      id: "toy",
      title: "Toy",
      description: "A toy.",
      models: [{ file: "m.onnx", name: "Net" }],
      data: [{ file: "d.npz" }],
      setApart: "e,r2",
    };
    await writeFile(join(folder, "example.json"), JSON.stringify(example));
    expect(await workbench.call("examples.list", {})).toEqual([
      { id: "toy", title: "Toy", description: "A toy." },
    ]);
    const first = await workbench.call("examples.open", { id: "toy" });
    const second = await workbench.call("examples.open", { id: "toy" });
    expect(first.path).not.toBe(second.path);
    expect(first.name).toBe("Toy");
    expect(second).toMatchObject({
      name: "Toy 2",
      setApart: "e,r2",
      notes: "A toy.",
      undo: null,
      models: [{ name: "Net" }],
      data: [{ name: "d" }],
    });
    expect(second.data[0]!.file.path.startsWith(second.path)).toBe(true);
    await expect(workbench.call("examples.open", { id: "none" })).rejects.toMatchObject({
      code: "examples/unknown",
    });
  });
});
