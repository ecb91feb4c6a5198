import { join } from "node:path";
import type { IpcMain, IpcMainInvokeEvent, WebContents } from "electron";
import { describe, expect, test } from "vitest";
import type { Frame } from "../../../shared/contract";
import { CALL, EVENT } from "./channels";
import { closingQuestion, onClose } from "./closing";
import { serveIpc } from "./ipc";
import { menuTemplate } from "./menu";
import { isOurs, mayOpenOutside, START } from "./origin";
import { confineContents, fileOf } from "./security";

const foreign = [
  "https://example.org/",
  "noetherscope://app.evil.example/index.html",
  "noetherscope://evil/index.html",
  "noetherscope://user@app/index.html",
  "noetherscope-x://app/",
  "file:///etc/passwd",
  "about:blank",
  "javascript:alert(1)",
  "",
];

describe("our pages", () => {
  test("are told from everything that merely looks like them", () => {
    expect(isOurs(START)).toBe(true);
    for (const address of foreign) expect(isOurs(address), address).toBe(false);
  });

  test("come from the window's folder and from nowhere else", () => {
    const folder = join("/program", "out", "renderer");
    const at = (path: string): string | null => fileOf(`noetherscope://app/${path}`, folder);
    expect(at("assets/a.js")).toBe(join(folder, "assets/a.js"));
    for (const path of [
      "..%2f..%2fpackage.json",
      "%2e%2e/%2e%2e/package.json",
      "../../x",
      "a%00",
      "%ff",
    ]) {
      const file = at(path);
      expect(file === null || file.startsWith(folder), path).toBe(true);
    }
    expect(at("..%2f..%2fpackage.json")).toBeNull();
    for (const address of foreign) expect(fileOf(address, folder)).toBeNull();
  });
});

describe("a page", () => {
  function confined(): {
    go(event: string, url: string): boolean;
    open(url: string): string;
    opened: string[];
  } {
    const listeners = new Map<string, (event: unknown) => void>();
    let handler: (details: { url: string }) => { action: string } = () => ({ action: "" });
    const opened: string[] = [];
    const contents = {
      on: (name: string, listener: (event: unknown) => void) => listeners.set(name, listener),
      setWindowOpenHandler: (given: typeof handler) => (handler = given),
    } as unknown as Pick<WebContents, "on" | "setWindowOpenHandler">;
    confineContents(contents, { openExternal: async (url: string) => void opened.push(url) });
    return {
      go: (name, url) => {
        let prevented = false;
        listeners.get(name)!({ url, preventDefault: () => (prevented = true) });
        return !prevented;
      },
      open: (url) => handler({ url }).action,
      opened,
    };
  }

  test("goes nowhere else, in frames neither, and attaches no views", () => {
    const page = confined();
    for (const way of ["will-navigate", "will-frame-navigate"]) {
      expect(page.go(way, START)).toBe(true);
      for (const address of foreign) expect(page.go(way, address), address).toBe(false);
    }
    expect(page.go("will-attach-webview", START)).toBe(false);
  });

  test("opens no windows; references go to the user's browser", () => {
    const page = confined();
    for (const address of [START, ...foreign, "https://arxiv.org/abs/2210.02984"]) {
      expect(page.open(address)).toBe("deny");
    }
    expect(page.opened).toEqual(["https://example.org/", "https://arxiv.org/abs/2210.02984"]);
    expect(["http://a.example/", "file:///a", "smb://a"].some(mayOpenOutside)).toBe(false);
  });
});

describe("IPC", () => {
  type Handler = (event: IpcMainInvokeEvent, method: unknown, input: unknown) => Promise<Frame>;

  function served(): {
    call: Handler;
    called: unknown[];
    emit(event: string, payload: unknown): void;
    sent: unknown[];
  } {
    let call: Handler | undefined;
    let emit: (event: string, payload: unknown) => void = () => undefined;
    const called: unknown[] = [];
    const sent: unknown[] = [];
    const contents = (destroyed: boolean): Pick<WebContents, "send" | "isDestroyed"> => ({
      send: (...message) => void sent.push(message),
      isDestroyed: () => destroyed,
    });
    serveIpc(
      {
        dispatch: async (name, input) => {
          called.push([name, input]);
          if (name === "fail") throw new Error("oops");
          return input;
        },
        subscribe: (listener) => {
          emit = listener as typeof emit;
          return () => undefined;
        },
      },
      {
        handle: (channel, handler) => {
          expect(channel).toBe(CALL);
          call = handler as Handler;
        },
      } as Pick<IpcMain, "handle">,
      () => [contents(false), contents(true)],
    );
    return { call: call!, called, emit: (event, payload) => emit(event, payload), sent };
  }

  const from = (url: string, parent: object | null = null): IpcMainInvokeEvent =>
    ({ senderFrame: { url, parent } }) as unknown as IpcMainInvokeEvent;

  test("answers our page, errors with their stack", async () => {
    const { call } = served();
    expect(await call(from(START), "app.info", { a: 1 })).toMatchObject({
      kind: "result",
      output: { a: 1 },
    });
    expect(await call(from(START), "fail", {})).toMatchObject({
      kind: "error",
      error: { code: "internal", message: "oops", stack: expect.any(String) },
    });
  });

  test("reaches the workbench from no other page, no frame and no dead frame", async () => {
    const { call, called } = served();
    const gone = { senderFrame: null } as unknown as IpcMainInvokeEvent;
    for (const event of [...foreign.map((url) => from(url)), from(START, {}), gone]) {
      expect(await call(event, "app.info", {})).toMatchObject({
        kind: "error",
        error: { code: "ipc/sender" },
      });
    }
    expect(await call(from(START), { not: "a name" }, {})).toMatchObject({ kind: "error" });
    expect(called).toEqual([]);
  });

  test("passes events on to windows that are still there", () => {
    const { emit, sent } = served();
    emit("job.changed", { id: "j" });
    expect(sent).toEqual([[EVENT, "job.changed", { id: "j" }]]);
  });
});

describe("closing", () => {
  test("asks only while jobs run, and every answer has its consequence", async () => {
    const answers = closingQuestion.buttons.map((_, i) => onClose(true, () => Promise.resolve(i)));
    expect(await Promise.all(answers)).toEqual(["keep-jobs", "stop-jobs", "stay"]);
    // Escape and the system's own close button must not cost a job.
    expect(await onClose(true, () => Promise.resolve(closingQuestion.cancelId))).toBe("stay");
    expect(await onClose(true, () => Promise.resolve(-1))).toBe("stay");
    expect(await onClose(false, () => Promise.reject(new Error("asked")))).toBe("close");
  });
});

test("the menu has the system's own places", () => {
  const roles = (platform: NodeJS.Platform): unknown[] =>
    menuTemplate(platform).map(({ role, label }) => role ?? label);
  expect(roles("darwin")).toEqual(["appMenu", "File", "editMenu", "View", "windowMenu"]);
  expect(roles("linux")).toEqual(["File", "editMenu", "View", "windowMenu"]);
});
