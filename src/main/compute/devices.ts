/**
 * Which devices are here, and where a job computes. Each device is tried once, in a process of its own, before
 * anything is entrusted to it; what was found holds as long as the program runs, and what was missing is looked for
 * again when asked.
 */
import type { Device } from "../../shared/contract";
import { isAbort, UserError } from "../../shared/errors";
import { knownDevices, type DeviceEntry } from "../runtime/devices";
import type { ExecutorId } from "../runtime/executor";
import { providerOf } from "../runtime/onnxruntime/providers";
import type { Target } from "../runtime/target";
import type { Compute } from "./compute";

/** Seconds after which a device that does not answer counts as hung; the first start compiles every kernel. */
const PATIENCE = 120;

/** As asked for: executor and device may be "auto", the device may not be here. */
export interface Wanted {
  readonly executor: ExecutorId | "auto";
  readonly device: string;
  /** Whether the CPU may take over. */
  readonly fallback: boolean;
}

/** What is computed with, and what the user should know of the choice. */
export interface Settled {
  readonly target: Required<Target>;
  readonly notices: readonly string[];
}

export class Devices {
  readonly #compute: Pick<Compute, "apart">;
  readonly #found = new Map<string, Device>();
  /** One at a time: two that measure would slow each other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(compute: Pick<Compute, "apart">) {
    this.#compute = compute;
  }

  /** Every known device; with `measure` each that is ready has its speed. */
  async list(measure: boolean, signal?: AbortSignal): Promise<Device[]> {
    const list: Device[] = [];
    for (const entry of knownDevices()) list.push(await this.#look(entry, measure, signal));
    return list;
  }

  /**
   * Where something that is asked for can be computed. "auto" is the fastest device of onnxruntime, by measurement.
   * @throws UserError "device/unknown", "device/not-ready" with what would mend it
   */
  async settle({ executor, device, fallback }: Wanted, signal?: AbortSignal): Promise<Settled> {
    const id = executor === "auto" ? "onnxruntime" : executor;
    const settled = (chosen: string, notices: string[] = []): Settled => ({
      target: { executor: id, device: chosen, fallback },
      notices,
    });
    if (id !== "onnxruntime") return settled(device === "auto" ? "cpu" : device);
    if (device === "auto") return settled((await this.#fastest(signal)).device);
    const name = canonical(device);
    if (name === "cpu") return settled(name);
    const entry = knownDevices().find((known) => known.executor === id && known.device === name);
    const found = entry === undefined ? null : await this.#look(entry, false, signal);
    if (found?.ready === true) return settled(name);
    const reason = found === null ? `There is no device ${name} here.` : sentenceOf(found);
    if (fallback) return settled("cpu", [`${reason} The CPU computed instead.`]);
    throw new UserError("device/not-ready", reason, {
      where: name,
      ...(found === null || found.todo === null ? {} : { todo: found.todo }),
    });
  }

  async #fastest(signal: AbortSignal | undefined): Promise<Device> {
    const ready = (await this.list(true, signal)).filter(
      ({ executor, ready }) => executor === "onnxruntime" && ready,
    );
    const speed = (device: Device): number => device.speed?.convolution ?? 0;
    const [best] = ready.sort((a, b) => speed(b) - speed(a));
    if (best !== undefined) return best;
    throw new UserError("device/none", "onnxruntime computes on no device of this machine.", {
      todo: "noetherscope devices says why. The reference executor works everywhere, slowly.",
    });
  }

  #look(entry: DeviceEntry, measure: boolean, signal: AbortSignal | undefined): Promise<Device> {
    const turn = this.#last.then(async () => {
      const known = this.#found.get(idOf(entry));
      if (known?.ready === true && (known.speed !== null || !measure)) return known;
      const device = await this.#try(entry, measure, signal);
      this.#found.set(device.id, device);
      return device;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #try(
    entry: DeviceEntry,
    measure: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Device> {
    const { executor, device, name } = entry;
    const common = { id: idOf(entry), executor, device, name };
    const none = { deviation: null, tf32: null, speed: null, onCpu: {} };
    const lack = entry.lack();
    if (lack !== null) return { ...common, ...none, ready: false, state: "absent", ...lack };
    let heard = "";
    try {
      const report = await this.#compute.apart(
        "probeDevice",
        { executor, device, measure },
        {
          seconds: PATIENCE,
          hear: (text) => void (heard += text),
          ...(signal === undefined ? {} : { signal }),
        },
      );
      const ok = { ready: true, state: "ready", reason: null, todo: null } as const;
      return { ...common, ...report, onCpu: { ...report.onCpu }, ...ok };
    } catch (error) {
      if (isAbort(error)) throw error;
      const { code, todo } = error instanceof UserError ? error : { code: "", todo: undefined };
      return {
        ...common,
        ...none,
        ready: false,
        state: stateOf(code),
        reason: reasonOf(error as Error, code),
        // What a library printed on its way out may name what is missing.
        todo: (code === "device/absent" ? entry.remedy(heard) : todo) ?? null,
      };
    }
  }
}

/** An executor's name as options give it; "auto" for what is none. */
export function executorNamed(name: string): ExecutorId | "auto" {
  return name === "onnxruntime" || name === "tfjs" || name === "reference" ? name : "auto";
}

function idOf({ executor, device }: DeviceEntry): string {
  return `${executor}:${device}`;
}

/** "cuda" is "cuda:0". @throws UserError "device/unknown" */
function canonical(device: string): string {
  const { id, index } = providerOf(device);
  return id === "cuda" ? `cuda:${index}` : device;
}

function stateOf(code: string): Device["state"] {
  if (code === "runtime/wrong") return "wrong";
  return code === "device/absent" ? "absent" : "failed";
}

function reasonOf({ message }: Error, code: string): string {
  if (code === "compute/crashed") return "Its library crashed when it was tried.";
  if (code === "compute/hung") return `It was tried, and hung: ${message}`;
  return message;
}

function sentenceOf({ name, reason }: Device): string {
  if (reason?.startsWith(name) === true) return reason;
  return `${name} cannot be used: ${reason ?? "it is not ready."}`;
}
