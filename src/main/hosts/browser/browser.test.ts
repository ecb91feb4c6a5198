import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { get, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Frame } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { fromBytes, toBytes } from "../../../shared/wire";
import { Admission } from "./admission";
import { isLoopback, serveBrowser, type BrowserHost, type BrowserHostOptions } from ".";

let folder: string;
let host: BrowserHost | undefined;
let emit: (event: "job.changed", payload: unknown) => void;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "browser-host-"));
  await mkdir(join(folder, "window/assets"), { recursive: true });
  await writeFile(join(folder, "window/index.html"), "<title>Noetherscope</title>");
  await writeFile(join(folder, "window/assets/a.js"), "1");
  await writeFile(join(folder, "secret.txt"), "secret");
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(async () => {
  await host?.close();
  host = undefined;
});

async function start(options: Partial<BrowserHostOptions> = {}): Promise<URL> {
  host = await serveBrowser(
    {
      dispatch: (name, input) => {
        if (name === "refuse") throw new UserError("test/no", "No.");
        return Promise.resolve({ name, input });
      },
      subscribe: (listener) => {
        emit = listener;
        return () => undefined;
      },
    },
    {
      port: 0,
      host: "127.0.0.1",
      basePath: "/",
      allowHosts: [],
      window: join(folder, "window"),
      ...options,
    },
  );
  return new URL(host.url);
}

const tokenOf = (url: URL): string => new URLSearchParams(url.hash.slice(1)).get("token")!;

/** Without any client's own cleaning up of paths. */
function fetchRaw(
  url: URL,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    get({ host: url.hostname, port: url.port, path, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => (body += text));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body }),
      );
    }).on("error", reject);
  });
}

/** Close code, "open" or the HTTP status of a refused upgrade. */
function knock(url: URL, path: string, origin = url.origin): Promise<WebSocket | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://${url.host}${path}`, { origin });
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode!));
    socket.on("error", () => undefined);
    socket.on("close", (code) => resolve(code));
    // A wrong token is told after the handshake, so "open" is believed once a frame came back.
    socket.on("open", () =>
      socket.send(toBytes({ kind: "call", id: 0, method: "ping", input: {} })),
    );
    socket.once("message", () => resolve(socket));
  });
}

function answerTo(socket: WebSocket, frame: unknown): Promise<Frame> {
  return new Promise((resolve) => {
    socket.once("message", (bytes: Buffer) => resolve(fromBytes(bytes) as Frame));
    socket.send(toBytes(frame));
  });
}

describe("files", () => {
  test("come with headers that forbid everything else", async () => {
    const url = await start();
    const page = await fetchRaw(url, "/");
    expect(page).toMatchObject({ status: 200, body: "<title>Noetherscope</title>" });
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.headers["content-security-policy"]).not.toMatch(/unsafe/);
    expect(page.headers["x-content-type-options"]).toBe("nosniff");
    expect((await fetchRaw(url, "/assets/a.js")).headers["content-type"]).toMatch("javascript");
  });

  test.each([
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "//secret.txt",
    "/\\..\\secret.txt",
    "/assets",
    "/nothing",
  ])("do not exist outside of the folder: %s", async (path) => {
    expect((await fetchRaw(await start(), path)).status).toBe(404);
  });

  test("are under the base path and nowhere else", async () => {
    const url = await start({ basePath: "user/lab/" });
    expect(url.pathname).toBe("/user/lab/");
    expect((await fetchRaw(url, "/user/lab/assets/a.js")).status).toBe(200);
    expect((await fetchRaw(url, "/user/lab")).headers.location).toBe("/user/lab/");
    expect((await fetchRaw(url, "/")).status).toBe(404);
  });

  test("a window that was not built is one sentence", async () => {
    await expect(start({ window: join(folder, "none") })).rejects.toMatchObject({
      code: "host/not-built",
    });
  });
});

describe("admission", () => {
  test("takes loopback names on any port, as SSH tunnels show them", () => {
    const admission = new Admission();
    for (const host of ["localhost:8080", "127.0.0.1:1", "[::1]:9", "LOCALHOST"]) {
      expect(admission.allows({ host }), host).toBe(true);
      expect(admission.allows({ host, origin: `http://${host}` }), host).toBe(true);
    }
  });

  test("refuses other names, other origins and none", () => {
    const admission = new Admission(["lab.example"]);
    const refused = [
      {},
      { host: "evil.example" },
      { host: "127.0.0.1.evil.example" },
      { host: "localhost", origin: "http://evil.example" },
      { host: "localhost:1", origin: "http://localhost:2" },
      { host: "localhost", origin: "null" },
      { host: "localhost", origin: "file://localhost" },
    ];
    for (const headers of refused) expect(admission.allows(headers)).toBe(false);
    expect(admission.allows({ host: "lab.example", origin: "https://lab.example" })).toBe(true);
  });

  test("knows its token alone", () => {
    const admission = new Admission();
    expect(admission.token.length).toBeGreaterThanOrEqual(32);
    expect(admission.knows(admission.token)).toBe(true);
    for (const token of [null, "", "x", `${admission.token}x`, admission.token.slice(1)]) {
      expect(admission.knows(token)).toBe(false);
    }
    expect(new Admission().token).not.toBe(admission.token);
  });

  test("loopback is loopback", () => {
    expect(["127.0.0.1", "localhost", "::1", "127.1.2.3"].every(isLoopback)).toBe(true);
    expect(["0.0.0.0", "::", "192.168.0.1", "127.0.0.1.evil"].some(isLoopback)).toBe(false);
  });
});

describe("the socket", () => {
  test("answers calls, refusals and passes events on, typed arrays as they are", async () => {
    const url = await start();
    const socket = (await knock(url, `/socket?token=${tokenOf(url)}`)) as WebSocket;
    const input = { array: new Float32Array([1, NaN]), big: BigInt64Array.of(2n ** 60n) };
    expect(await answerTo(socket, { kind: "call", id: 7, method: "m", input })).toEqual({
      kind: "result",
      id: 7,
      output: { name: "m", input },
    });
    expect(await answerTo(socket, { kind: "call", id: 8, method: "refuse", input: {} })).toEqual({
      kind: "error",
      id: 8,
      error: { code: "test/no", message: "No." },
    });
    const event = new Promise((resolve) =>
      socket.once("message", (bytes: Buffer) => resolve(fromBytes(bytes))),
    );
    emit("job.changed", { id: "j" });
    expect(await event).toEqual({ kind: "event", event: "job.changed", payload: { id: "j" } });
  });

  test("closes on a wrong token before it answers anything", async () => {
    const url = await start();
    expect(await knock(url, "/socket?token=guess")).toBe(4401);
    expect(await knock(url, "/socket")).toBe(4401);
  });

  test("is not there for other pages or under other paths", async () => {
    const url = await start();
    const path = `/socket?token=${tokenOf(url)}`;
    expect(await knock(url, path, "http://evil.example")).toBe(403);
    expect(await knock(url, `/other?token=${tokenOf(url)}`)).toBe(403);
  });

  test("closes on what is no frame", async () => {
    const url = await start();
    const socket = (await knock(url, `/socket?token=${tokenOf(url)}`)) as WebSocket;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.send(Buffer.from([0xc1, 0xff, 0x00]));
    expect(await closed).toBe(1002);
  });

  test("a port in use is one sentence", async () => {
    const url = await start();
    const first = host!;
    await expect(start({ port: Number(url.port) })).rejects.toMatchObject({ code: "host/port" });
    host = first;
  });

  test("survives a client that breaks off in the middle of an upgrade", async () => {
    const url = await start();
    const socket = connect(Number(url.port), url.hostname);
    socket.write("GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConn");
    socket.destroy();
    expect((await fetchRaw(url, "/")).status).toBe(200);
  });
});
