import { expect, test } from "vitest";
import { someModel, someStudy } from "./fakeClient";
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

test("every model stays every model while there are several", () => {
  const subject = new Subject(two);
  subject.model = EVERY;
  subject.follow(two, { ...two, notes: "Edited." });
  expect(subject.model).toBe(EVERY);
  subject.follow(two, someStudy({ models: [model("b")] }));
  expect(subject.model).toBe("b");
});
