/** The contract over WebSocket: msgpack frames, one a message. */
import type { WebSocket } from "ws";
import { z } from "zod";
import type { Frame } from "../../../shared/contract";
import { fromBytes, toBytes } from "../../../shared/wire";
import type { Workbench } from "../../workbench/workbench";
import { answer } from "../answer";

/** Largest message that a window may send: a piece of an upload, or a figure to be identified. */
export const MESSAGE_LIMIT = 64 * 2 ** 20;

const callFrame = z.object({
  kind: z.literal("call"),
  id: z.number(),
  method: z.string(),
  input: z.unknown(),
});

/** Serves one window until it leaves. */
export function serveSocket(
  workbench: Pick<Workbench, "dispatch" | "subscribe">,
  socket: WebSocket,
): void {
  const send = (frame: Frame): void => {
    if (socket.readyState === socket.OPEN) socket.send(toBytes(frame));
  };
  const unsubscribe = workbench.subscribe((event, payload) =>
    send({ kind: "event", event, payload }),
  );
  socket.on("close", unsubscribe);
  // A broken connection is followed by "close"; the window connects again by itself.
  socket.on("error", () => undefined);
  socket.on("message", (bytes: Buffer) => {
    let frame: z.infer<typeof callFrame>;
    try {
      frame = callFrame.parse(fromBytes(bytes));
    } catch {
      // Whoever sends what is no frame is no window of ours.
      socket.close(1002, "not a frame");
      return;
    }
    void answer(workbench, frame.id, frame.method, frame.input).then(send);
  });
}
