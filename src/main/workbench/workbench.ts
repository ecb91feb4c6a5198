/**
 * Everything the program can do, as the contract lists it. Hosts call `call` and `on` and nothing else; both ends of
 * every method are checked against its schema here, so no host can forget to.
 */
import {
  methods,
  type EventName,
  type EventPayload,
  type MethodInput,
  type MethodName,
  type MethodOutput,
} from "../../shared/contract";
import { UserError } from "../../shared/errors";
import type { Compute } from "../compute/compute";
import { Devices } from "../compute/devices";
import { Events } from "./events";
import { Followers } from "./followers";
import { analysisHandlers } from "./handlers/analysis";
import { appHandlers } from "./handlers/app";
import { architectureHandlers } from "./handlers/architectures";
import { entryHandlers } from "./handlers/entries";
import { fileHandlers } from "./handlers/files";
import { figureHandlers } from "./handlers/figures";
import { repairHandlers } from "./handlers/repairs";
import { rolloutHandlers } from "./handlers/rollouts";
import { runHandlers } from "./handlers/runs";
import { simulationHandlers } from "./handlers/simulations";
import { studyHandlers } from "./handlers/studies";
import { trainingHandlers } from "./handlers/trainings";
import { waitingHandlers } from "./handlers/waiting";
import { Jobs } from "./jobs";
import type { Places } from "./places";
import { Recent } from "./recent";
import type { Handlers, Services } from "./services";
import { Studies } from "./studies";
import { Uploads } from "./upload";

export interface WorkbenchOptions {
  readonly host: Services["host"];
  readonly version: string;
  readonly places: Places;
  readonly compute: Compute;
}

export class Workbench {
  readonly #services: Services;
  readonly #handlers: Handlers;
  readonly #followers: Followers;

  constructor(options: WorkbenchOptions) {
    const events = new Events();
    const jobs = new Jobs(
      (job) => events.emit("job.changed", job),
      (waiting) => events.emit("jobs.ordered", { jobs: waiting }),
    );
    const recent = new Recent(options.places.settings);
    const studies = new Studies(events, recent, (study) => jobs.active(study));
    const devices = new Devices(options.compute);
    const uploads = new Uploads();
    this.#services = { ...options, devices, events, jobs, recent, studies, uploads };
    this.#followers = new Followers(this.#services);
    const starters = {
      ...analysisHandlers(this.#services),
      ...simulationHandlers(this.#services),
      ...trainingHandlers(this.#services),
    };
    this.#handlers = {
      ...appHandlers(this.#services),
      ...fileHandlers(this.#services),
      ...studyHandlers(this.#services),
      ...entryHandlers(this.#services),
      ...starters,
      ...waitingHandlers(this.#services, starters),
      ...architectureHandlers(this.#services),
      ...rolloutHandlers(this.#services),
      ...repairHandlers(this.#services),
      ...runHandlers(this.#services),
      ...figureHandlers(this.#services),
    };
  }

  /** @throws UserError for what a user can mend; anything else is a bug */
  async call<M extends MethodName>(name: M, input: MethodInput<M>): Promise<MethodOutput<M>> {
    return (await this.dispatch(name, input)) as MethodOutput<M>;
  }

  /**
   * A call as it comes from outside, of whatever name and content.
   * @throws UserError "contract/method", "contract/input" beside what the method throws
   */
  async dispatch(name: string, input: unknown): Promise<unknown> {
    if (!Object.hasOwn(methods, name)) {
      throw new UserError("contract/method", `This program has no method “${name}”.`, {
        todo: "Reload the window: it belongs to another version.",
      });
    }
    const method = methods[name as MethodName];
    const parsed = method.input.safeParse(input);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new UserError(
        "contract/input",
        `${name} does not take this: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}.`,
      );
    }
    const handler = this.#handlers[name as MethodName] as (input: unknown) => unknown;
    return method.output.parse(await handler(parsed.data));
  }

  /** Hears one kind of event; returns what ends that. */
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void {
    return this.#services.events.subscribe((name, payload) => {
      if (name === event) listener(payload as EventPayload<E>);
    });
  }

  /** Hears every event, for hosts that pass them on. */
  subscribe(listener: (event: EventName, payload: unknown) => void): () => void {
    return this.#services.events.subscribe(listener);
  }

  /** Looks now at studies that another program has, which otherwise happens every few seconds. */
  follow(): Promise<void> {
    return this.#followers.look();
  }

  /** True while a job runs or waits. */
  get busy(): boolean {
    return this.#services.jobs.active();
  }

  /** Cancels jobs, drops unfinished uploads, gives back every lock, ends the compute process. */
  async close(): Promise<void> {
    await this.#followers.close();
    await this.#services.jobs.cancelAll();
    await this.#services.uploads.close();
    await this.#services.studies.closeAll();
    await this.#services.compute.close();
  }
}
