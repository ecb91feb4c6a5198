import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Frame } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import { fromBytes, toBytes } from "../../shared/wire";
import { WebSocketClient, type LinkState, type Socket } from "./websocket";

class FakeSocket implements Socket {
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: Extract<Frame, { kind: "call" }>[] = [];

  send(bytes: Uint8Array): void {
    this.sent.push(fromBytes(bytes) as Extract<Frame, { kind: "call" }>);
  }

  close(): void {
    this.onclose?.({ code: 1000 });
  }

  receive(frame: Frame): void {
    const bytes = toBytes(frame).slice();
    this.onmessage?.({ data: bytes.buffer });
  }
}

let sockets: FakeSocket[];
let states: LinkState[];
let client: WebSocketClient;
const latest = (): FakeSocket => sockets.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  states = [];
  client = new WebSocketClient(
    () => {
      sockets.push(new FakeSocket());
      return latest();
    },
    (state) => states.push(state),
  );
});
afterEach(() => {
  vi.useRealTimers();
});

test("calls made before the connection stands are sent once it does, and answered by id", async () => {
  const first = client.call("jobs.list", {});
  const second = client.call("recent.list", {});
  latest().onopen?.();
  const [a, b] = latest().sent;
  expect([a?.method, b?.method]).toEqual(["jobs.list", "recent.list"]);
  latest().receive({ kind: "result", id: b!.id, output: ["second"] });
  latest().receive({ kind: "result", id: a!.id, output: ["first"] });
  expect(await first).toEqual(["first"]);
  expect(await second).toEqual(["second"]);
});

test("typed arrays arrive as typed arrays", async () => {
  latest().onopen?.();
  const answer = client.call("run.arrays", { study: "s", run: "r", names: ["x"] });
  const x = { dtype: "float64", shape: [2], data: Float64Array.of(1, NaN) } as const;
  latest().receive({ kind: "result", id: latest().sent[0]!.id, output: { x } });
  expect((await answer)["x"]?.data).toEqual(Float64Array.of(1, NaN));
});

test("an error of the host's is thrown with its sentence", async () => {
  latest().onopen?.();
  const answer = client.call("study.open", { path: "/nowhere" });
  const error = { code: "study/missing", message: "There is no study.", where: "/nowhere" };
  latest().receive({ kind: "error", id: latest().sent[0]!.id, error });
  await expect(answer).rejects.toEqual(
    new UserError("study/missing", "There is no study.", { where: "/nowhere" }),
  );
});

test("a lost connection fails what was asked, says so, and is taken up again with growing pauses", async () => {
  latest().onopen?.();
  const asked = client.call("jobs.list", {});
  latest().onclose?.({ code: 1006 });
  await expect(asked).rejects.toThrow("does not answer");
  await expect(client.call("jobs.list", {})).rejects.toThrow("does not answer");
  await vi.advanceTimersByTimeAsync(300);
  expect(sockets).toHaveLength(2);
  latest().onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(300);
  expect(sockets).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(300);
  expect(sockets).toHaveLength(3);
  latest().onopen?.();
  expect(states.at(-1)).toBe("open");
});

test("events reach their listeners until these leave", () => {
  latest().onopen?.();
  const heard: unknown[] = [];
  const leave = client.on("job.changed", (job) => heard.push(job.id));
  latest().receive({ kind: "event", event: "job.changed", payload: { id: "a" } });
  leave();
  latest().receive({ kind: "event", event: "job.changed", payload: { id: "b" } });
  expect(heard).toEqual(["a"]);
});

test("a host that refuses the token is not asked again", async () => {
  latest().onclose?.({ code: 4401 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(1);
  expect(states).toEqual(["refused"]);
});
