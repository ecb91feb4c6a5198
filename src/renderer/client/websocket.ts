/**
 * The contract over one WebSocket: the browser host. Frames are msgpack, so typed arrays cross as they are. A lost
 * connection is taken up again by itself, with growing pauses; what was asked meanwhile fails with a sentence.
 */
import type {
  Client,
  EventName,
  EventPayload,
  Frame,
  MethodInput,
  MethodName,
  MethodOutput,
} from "../../shared/contract";
import { fromErrorRecord, UserError, type ErrorRecord } from "../../shared/errors";
import { fromBytes, toBytes } from "../../shared/wire";

export type LinkState = "connecting" | "open" | "lost" | "refused";

/** What the client needs of the browser's WebSocket, so that tests can stand in for the other end. */
export interface Socket {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

interface Pending {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

/** Close code of the host for a token that it does not know. */
const REFUSED = 4401;
const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 5000;

export class WebSocketClient implements Client {
  readonly #open: () => Socket;
  readonly #onlink: (state: LinkState) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, Set<(payload: never) => void>>();
  /** Calls made before the first connection stands. */
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #socket: Socket | null = null;
  #state: LinkState = "connecting";
  #pause = FIRST_PAUSE;
  #nextId = 1;

  constructor(open: () => Socket, onlink: (state: LinkState) => void) {
    this.#open = open;
    this.#onlink = onlink;
    this.#connect();
  }

  call<M extends MethodName>(name: M, input: MethodInput<M>): Promise<MethodOutput<M>> {
    if (this.#state === "lost" || this.#state === "refused") return Promise.reject(disconnected());
    const id = this.#nextId++;
    const frame: Frame = { kind: "call", id, method: name, input };
    const bytes = toBytes(frame);
    return new Promise<MethodOutput<M>>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (output: unknown) => void, reject });
      if (this.#state === "open") this.#socket?.send(bytes);
      else this.#waiting.push(bytes);
    });
  }

  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    listeners.add(listener as (payload: never) => void);
    this.#listeners.set(name, listeners);
    return () => listeners.delete(listener as (payload: never) => void);
  }

  #connect(): void {
    const socket = this.#open();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#pause = FIRST_PAUSE;
      this.#become("open");
      for (const bytes of this.#waiting) socket.send(bytes);
      this.#waiting = [];
    };
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#receive(fromBytes(new Uint8Array(data)) as Frame);
    };
    socket.onclose = ({ code }) => {
      for (const { reject } of this.#pending.values()) reject(disconnected());
      this.#pending.clear();
      this.#waiting = [];
      this.#become(code === REFUSED ? "refused" : "lost");
      if (code === REFUSED) return;
      setTimeout(() => this.#connect(), this.#pause);
      this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
    };
    this.#socket = socket;
  }

  #become(state: LinkState): void {
    this.#state = state;
    this.#onlink(state);
  }

  #receive(frame: Frame): void {
    if (frame.kind === "event") {
      for (const listener of this.#listeners.get(frame.event) ?? [])
        listener(frame.payload as never);
      return;
    }
    if (frame.kind === "call") return;
    const pending = this.#pending.get(frame.id);
    this.#pending.delete(frame.id);
    if (frame.kind === "result") pending?.resolve(frame.output);
    else pending?.reject(fromErrorRecord(frame.error as ErrorRecord));
  }
}

function disconnected(): UserError {
  return new UserError("link/lost", "The computing program does not answer.", {
    todo: "It is tried again by itself; if it was stopped, start it again.",
  });
}
