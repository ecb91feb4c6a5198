/** The contract as a script outside of any window would use it: one WebSocket. */
import { WebSocket } from "ws";
import type {
  Client,
  EventName,
  EventPayload,
  Frame,
  MethodInput,
  MethodName,
  MethodOutput,
} from "../src/shared/contract";
import { fromErrorRecord, type ErrorRecord } from "../src/shared/errors";
import { fromBytes, toBytes } from "../src/shared/wire";

export interface ScriptClient extends Client {
  close(): void;
}

/** @param address what the host printed */
export async function connect(address: string): Promise<ScriptClient> {
  const url = new URL(address);
  const token = new URLSearchParams(url.hash.slice(1)).get("token")!;
  const socket = new WebSocket(`ws://${url.host}${url.pathname}socket?token=${token}`, {
    origin: url.origin,
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const pending = new Map<number, (frame: Frame) => void>();
  const listeners = new Set<(event: string, payload: unknown) => void>();
  socket.on("message", (bytes: Buffer) => {
    const frame = fromBytes(bytes) as Frame;
    if (frame.kind === "event") for (const hear of listeners) hear(frame.event, frame.payload);
    else pending.get(frame.id)?.(frame);
  });
  let lastId = 0;
  return {
    call: <M extends MethodName>(method: M, input: MethodInput<M>) =>
      new Promise<MethodOutput<M>>((resolve, reject) => {
        const id = ++lastId;
        pending.set(id, (frame) => {
          pending.delete(id);
          if (frame.kind === "result") resolve(frame.output as MethodOutput<M>);
          else if (frame.kind === "error") reject(fromErrorRecord(frame.error as ErrorRecord));
        });
        socket.send(toBytes({ kind: "call", id, method, input }));
      }),
    on: <E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void) => {
      const hear = (event: string, payload: unknown): void => {
        if (event === name) listener(payload as EventPayload<E>);
      };
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    close: () => socket.close(),
  };
}
