import { expect, test } from "vitest";
import type { DataEntry, ModelEntry } from "../../shared/contract";
import { someData, someModel, someStudy } from "./fakeClient";
import { EVERY, Subject } from "./subject.svelte";

const model = (id: string): ReturnType<typeof someModel> => ({ ...someModel(), id });
const two = someStudy({ models: [model("a"), model("b")] });

test("it begins with the first model and follows what is added", () => {
  const subject = new Subject(two);
  expect(subject.model).toBe("a");
  subject.follow(two, someStudy({ models: [model("a"), model("b"), model("c")] }));
  expect(subject.model).toBe("c");
});

test("what was removed gives way to what is there, anything else is left as chosen", () => {
  const subject = new Subject(two);
  subject.follow(two, { ...two, name: "Renamed" });
  expect(subject.model).toBe("a");
  subject.follow(two, someStudy({ models: [model("b")] }));
  expect(subject.model).toBe("b");
});

test("what is added takes along what it fits", () => {
  const taking = (id: string, channels: number): ModelEntry => {
    const { info, ...rest } = model(id);
    const inputs = [{ name: "x", dtype: "float32", shape: [null, channels, 8, 8] }];
    return { ...rest, id, info: { ...info, inputs } };
  };
  const of = (id: string, channels: number): DataEntry => ({
    ...someData({ shape: [3, 1, channels, 8, 8] }),
    id,
  });
  const before = someStudy({ models: [taking("m3", 3)], data: [of("d3", 3)] });
  const subject = new Subject(before);
  const more = someStudy({ models: [taking("m3", 3), taking("m2", 2)], data: [of("d3", 3)] });
  subject.follow(before, more);
  expect([subject.model, subject.data]).toEqual(["m2", "d3"]);
  const both = someStudy({ models: more.models, data: [of("d3", 3), of("d2", 2)] });
  subject.follow(more, both);
  expect([subject.model, subject.data]).toEqual(["m2", "d2"]);
  const third = someStudy({ models: more.models, data: [...both.data, of("e3", 3)] });
  subject.follow(both, third);
  expect([subject.model, subject.data]).toEqual(["m3", "e3"]);
  expect(new Subject(third).model).toBe("m3");
});

test("a pair that does not fit stays as chosen while nothing comes or goes", () => {
  const { info, ...rest } = model("m3");
  const inputs = [{ name: "x", dtype: "float32", shape: [null, 3, 8, 8] }];
  const other: DataEntry = { ...someData({ shape: [3, 1, 2, 8, 8] }), id: "d2" };
  const study = someStudy({
    models: [{ ...rest, info: { ...info, inputs } }],
    data: [other, { ...someData(), id: "d3" }],
  });
  const subject = new Subject(study);
  expect(subject.data).toBe("d3");
  subject.data = "d2";
  subject.follow(study, { ...study, notes: "Edited." });
  expect(subject.data).toBe("d2");
  const added = { ...study, data: [...study.data, { ...other, id: "e2" }] };
  subject.follow(study, added);
  subject.follow(added, added);
  expect(subject.data).toBe("e2");
});

test("every model stays every model while there are several", () => {
  const subject = new Subject(two);
  subject.model = EVERY;
  subject.follow(two, { ...two, notes: "Edited." });
  expect(subject.model).toBe(EVERY);
  subject.follow(two, someStudy({ models: [model("b")] }));
  expect(subject.model).toBe("b");
});
