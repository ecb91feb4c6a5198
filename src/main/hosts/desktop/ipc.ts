/** The contract over Electron's IPC: one channel for calls, one for events, and one check of who sends. */
import type { IpcMain, IpcMainInvokeEvent, WebContents } from "electron";
import type { Frame } from "../../../shared/contract";
import { UserError, toErrorRecord } from "../../../shared/errors";
import type { Workbench } from "../../workbench/workbench";
import { answer } from "../answer";
import { CALL, EVENT } from "./channels";
import { isOurs } from "./origin";

/**
 * Answers calls of our own pages' main frames with result or error frames (an Error that is thrown here would lose
 * all but its message), and passes events on to `windows`.
 */
export function serveIpc(
  workbench: Pick<Workbench, "dispatch" | "subscribe">,
  ipc: Pick<IpcMain, "handle">,
  windows: () => readonly Pick<WebContents, "send" | "isDestroyed">[],
): void {
  ipc.handle(CALL, async (event, method: unknown, input: unknown): Promise<Frame> => {
    if (!isOurSender(event) || typeof method !== "string") {
      const error = new UserError("ipc/sender", "This page may not call Noetherscope.");
      return { kind: "error", id: 0, error: toErrorRecord(error) };
    }
    return answer(workbench, 0, method, input);
  });
  workbench.subscribe((event, payload) => {
    for (const contents of windows()) {
      if (!contents.isDestroyed()) contents.send(EVENT, event, payload);
    }
  });
}

/** The main frame of one of our pages; a frame that is gone has no say. */
function isOurSender({ senderFrame }: Pick<IpcMainInvokeEvent, "senderFrame">): boolean {
  return senderFrame !== null && senderFrame.parent === null && isOurs(senderFrame.url);
}
