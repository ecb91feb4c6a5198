/**
 * The program's side of the compute process: starts it when first needed, starts it again when it is gone, and keeps
 * account of what is under way. A crash fails the job that ran and nothing else.
 */
import { fromErrorRecord, UserError } from "../../shared/errors";
import {
  laneOf,
  type ApartOptions,
  type CallOptions,
  type Compute,
  type TaskInput,
  type TaskName,
  type TaskOutput,
} from "./compute";
import type { FromCompute, ToCompute } from "./messages";

/** A running compute process, whatever forked it. */
export interface Child {
  send(message: ToCompute): void;
  onMessage(listener: (message: FromCompute) => void): void;
  /** `reason`: "signal SIGSEGV", "exit code 1". */
  onExit(listener: (reason: string) => void): void;
  kill(): void;
}

/**
 * Starts a compute process.
 * @param hear what it and its native libraries print goes there; else to this program's own output
 */
export type Launch = (hear?: (text: string) => void) => Child;

interface Call {
  readonly task: TaskName;
  readonly input: unknown;
  readonly onProgress: CallOptions["onProgress"];
  /** Answered only when it has wound down. */
  readonly winding: boolean;
  resolve(output: unknown): void;
  reject(error: unknown): void;
  /** The caller has its answer already; the process still has to wind the task down. */
  abandoned: NodeJS.Timeout | null;
  sent: number;
}

export interface ComputeProcessOptions {
  /** Milliseconds that a cancelled task may take to stop before its process is killed. */
  readonly patience?: number;
  /** How often a question is asked that was under way when the process ended for another reason. */
  readonly attempts?: number;
}

/** What writes before it stops has so many times the patience for that. */
const WINDING = 5;

export class ComputeProcess implements Compute {
  readonly #launch: Launch;
  readonly #patience: number;
  readonly #attempts: number;
  readonly #calls = new Map<number, Call>();
  #child: Child | null = null;
  #killing = false;
  #closed = false;
  #nextId = 1;

  constructor(launch: Launch, { patience = 3000, attempts = 2 }: ComputeProcessOptions = {}) {
    this.#launch = launch;
    this.#patience = patience;
    this.#attempts = attempts;
  }

  call<T extends TaskName>(
    task: T,
    input: TaskInput<T>,
    { signal, onProgress, winding = false }: CallOptions = {},
  ): Promise<TaskOutput<T>> {
    if (this.#closed) return Promise.reject(new Error("the compute process is closed"));
    if (signal?.aborted === true) return Promise.reject(cancelled());
    const id = this.#nextId++;
    return new Promise<TaskOutput<T>>((resolve, reject) => {
      const abort = (): void => this.#abandon(id);
      signal?.addEventListener("abort", abort, { once: true });
      const ended = (): void => signal?.removeEventListener("abort", abort);
      const call: Call = {
        task,
        input,
        onProgress,
        winding,
        resolve: (output) => {
          ended();
          resolve(output as TaskOutput<T>);
        },
        reject: (error) => {
          ended();
          reject(error as Error);
        },
        abandoned: null,
        sent: 0,
      };
      this.#calls.set(id, call);
      this.#send(id, call);
    });
  }

  async apart<T extends TaskName>(
    task: T,
    input: TaskInput<T>,
    { signal, seconds, hear }: ApartOptions,
  ): Promise<TaskOutput<T>> {
    // A crash is an answer here: nothing is asked twice.
    const launch: Launch = () => this.#launch(hear ?? (() => undefined));
    const other = new ComputeProcess(launch, { attempts: 1 });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const hung = new UserError("compute/hung", `There was no answer within ${seconds} s.`);
      timer = setTimeout(() => reject(hung), seconds * 1000);
    });
    try {
      const answer = other.call(task, input, signal === undefined ? {} : { signal });
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
      await other.close();
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#calls.values()) {
      if (call.abandoned !== null) clearTimeout(call.abandoned);
      call.reject(cancelled());
    }
    this.#calls.clear();
    const child = this.#child;
    if (child === null) return Promise.resolve();
    return new Promise((resolve) => {
      child.onExit(() => resolve());
      child.kill();
    });
  }

  #send(id: number, call: Call): void {
    call.sent++;
    this.#running().send({ kind: "call", id, task: call.task, input: call.input });
  }

  #running(): Child {
    if (this.#child !== null) return this.#child;
    const child = this.#launch();
    child.onMessage((message) => this.#receive(message));
    child.onExit((reason) => {
      if (this.#child === child) this.#ended(reason);
    });
    this.#child = child;
    return child;
  }

  #receive(message: FromCompute): void {
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    if (message.kind === "progress") {
      if (call.abandoned === null) call.onProgress?.(message);
      return;
    }
    this.#calls.delete(message.id);
    if (call.abandoned !== null) clearTimeout(call.abandoned);
    if (message.kind === "result") call.resolve(message.output);
    else call.reject(fromErrorRecord(message.error));
  }

  /** Answers the caller at once; a task that does not stop by itself costs the process. */
  #abandon(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined || call.abandoned !== null) return;
    this.#child?.send({ kind: "cancel", id });
    call.abandoned = setTimeout(
      () => {
        this.#killing = true;
        this.#child?.kill();
      },
      this.#patience * (call.winding ? WINDING : 1),
    );
    call.abandoned.unref();
    if (!call.winding) call.reject(cancelled());
  }

  #ended(reason: string): void {
    const ourDoing = this.#killing;
    this.#child = null;
    this.#killing = false;
    for (const [id, call] of [...this.#calls]) {
      const again =
        call.abandoned === null &&
        (ourDoing || (laneOf(call.task) !== "jobs" && call.sent < this.#attempts));
      if (again) {
        this.#send(id, call);
        continue;
      }
      this.#calls.delete(id);
      if (call.abandoned !== null) {
        clearTimeout(call.abandoned);
        call.reject(cancelled());
        continue;
      }
      call.reject(
        new UserError("compute/crashed", `The computing process ended unexpectedly (${reason}).`, {
          todo: afterCrash(call.task),
        }),
      );
    }
  }
}

/** What became of the work, and what may keep it from ending so again. */
function afterCrash(task: TaskName): string {
  return task === "train"
    ? "The training is kept as of what it saved last, and going on with it loses no more than what came after (--resume on the command line). If it happens again, try less memory, a smaller batch or another device."
    : "The study is as it was. If it happens again, try less memory (--memory on the command line), fewer samples or another device.";
}

function cancelled(): DOMException {
  return new DOMException("Cancelled.", "AbortError");
}
