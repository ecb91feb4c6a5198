import { expect, test } from "vitest";
import { FakeClient, someJob } from "./fakeClient";
import { Jobs } from "./jobs.svelte";

test("a job is followed from running to done, and its end is heard of once", () => {
  const client = new FakeClient({});
  const jobs = new Jobs(client);
  const ended: string[] = [];
  jobs.onended((job) => ended.push(job.state));
  client.emit("job.changed", someJob({ fraction: 0.5 }));
  expect(jobs.running.map(({ fraction }) => fraction)).toEqual([0.5]);
  client.emit("job.changed", someJob({ state: "done", run: "run-1" }));
  client.emit("job.changed", someJob({ state: "done", run: "run-1" }));
  expect(jobs.running).toEqual([]);
  expect(ended).toEqual(["done"]);
});

test("what is dismissed is off the list, and the host is told", async () => {
  const client = new FakeClient({ "jobs.dismiss": () => ({}) });
  const jobs = new Jobs(client);
  client.emit("job.changed", someJob({ state: "failed" }));
  await jobs.dismiss("job-1");
  expect(jobs.all).toEqual([]);
  expect(client.calls).toEqual([{ name: "jobs.dismiss", input: { job: "job-1" } }]);
});

test("after a lost connection the list is the host's, not what was known", async () => {
  const client = new FakeClient({ "jobs.list": () => [someJob({ id: "job-2", state: "queued" })] });
  const jobs = new Jobs(client);
  client.emit("job.changed", someJob());
  await jobs.refresh();
  expect(jobs.all.map(({ id }) => id)).toEqual(["job-2"]);
  expect(jobs.queued).toHaveLength(1);
});
