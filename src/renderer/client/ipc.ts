/** The contract over Electron's IPC, through the two functions that the preload script puts on `window`. */
import type {
  Client,
  EventName,
  EventPayload,
  Frame,
  MethodInput,
  MethodName,
  MethodOutput,
} from "../../shared/contract";
import { fromErrorRecord, type ErrorRecord } from "../../shared/errors";

export interface Bridge {
  /** Answers with a result or error frame; Electron would strip an Error that is thrown of all but its message. */
  call(name: string, input: unknown): Promise<Frame>;
  on(name: string, listener: (payload: unknown) => void): () => void;
  /** Where a dropped file lies on this machine. */
  pathOf?(file: File): string;
}

declare global {
  interface Window {
    readonly noetherscope?: Bridge;
  }
}

export class IpcClient implements Client {
  readonly #bridge: Bridge;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  async call<M extends MethodName>(name: M, input: MethodInput<M>): Promise<MethodOutput<M>> {
    const frame = await this.#bridge.call(name, input);
    if (frame.kind === "result") return frame.output as MethodOutput<M>;
    if (frame.kind === "error") throw fromErrorRecord(frame.error as ErrorRecord);
    throw new Error(`unexpected ${frame.kind} frame in answer to ${name}`);
  }

  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void {
    return this.#bridge.on(name, (payload) => listener(payload as EventPayload<E>));
  }
}
