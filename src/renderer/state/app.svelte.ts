/** The window as a whole: the host it talks to, the study that is open, the dialog that is shown. Made once. */
import { getContext, setContext } from "svelte";
import type {
  AnalysisRequest,
  Client,
  DataOptions,
  Job,
  MethodOutput,
  ModelEntry,
  Study,
} from "../../shared/contract";
import { fromErrorRecord, toErrorRecord, type ErrorRecord } from "../../shared/errors";
import { fileName } from "../format";
import type { LinkState } from "../client/websocket";
import { AwaitedRuns, type Awaited } from "./awaited.svelte";
import { DeviceList } from "./devices.svelte";
import { fileTitles, type ArraysRequest, type Dialog, type Opens } from "./dialog";
import { Exports } from "./exports.svelte";
import { Jobs, pageOf } from "./jobs.svelte";
import { Layout } from "./layout.svelte";
import { Messages } from "./messages.svelte";
import { Notifications } from "./notifications.svelte";
import { Session } from "./session.svelte";
import { Theme } from "./theme.svelte";
import { keyOf, type Page } from "./tabs.svelte";
import type { Place } from "./trail";

export interface WeightsOffer {
  readonly model: string;
  readonly file: string;
  readonly fits: MethodOutput<"model.weights">;
}

export class App {
  readonly client: Client;
  readonly jobs: Jobs;
  readonly devices: DeviceList;
  readonly theme = new Theme();
  readonly messages = new Messages();
  readonly exports: Exports;
  readonly awaited: AwaitedRuns;
  readonly notifications: Notifications;

  link = $state<LinkState>("connecting");
  dialog = $state.raw<Dialog | null>(null);
  /** Sets of weights in a file, of which one is to be chosen for a model. */
  weightsOffer = $state.raw<WeightsOffer | null>(null);
  info = $state.raw<MethodOutput<"app.info"> | null>(null);
  recent = $state.raw<MethodOutput<"recent.list"> | null>(null);
  examples = $state.raw<MethodOutput<"examples.list"> | null>(null);
  session = $state.raw<Session | null>(null);
  layout = $state.raw<Layout | null>(null);
  /** The study, by path or example, that is being opened; a second click waits for the first. */
  opening = $state<string | null>(null);

  /** About files that were dropped with the one that the dialog asks about. */
  readonly #questions: ArraysRequest[] = [];

  constructor(client: Client) {
    this.client = client;
    this.jobs = new Jobs(client);
    this.awaited = new AwaitedRuns(this.jobs);
    this.devices = new DeviceList(client);
    this.exports = new Exports(client, this.messages, () => this.info?.host === "browser");
    this.notifications = new Notifications(client, () => this.info?.host === "browser");
    this.jobs.onended((job) => this.#ended(job));
  }

  /** What the welcome page shows; called whenever the connection stands (again). */
  async refresh(): Promise<void> {
    try {
      this.info = await this.client.call("app.info", {});
      await this.jobs.refresh();
      await this.session?.refresh();
      const [recent, examples] = await Promise.all([
        this.client.call("recent.list", {}),
        this.client.call("examples.list", {}),
      ]);
      this.recent = recent;
      this.examples = examples;
    } catch (error) {
      this.messages.problem(error);
    }
  }

  /** Runs `work`; what goes wrong is shown. @returns whether it went well */
  async attempt(work: () => unknown): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.messages.problem(error);
      return false;
    }
  }

  openStudy(path: string): Promise<void> {
    return this.#enter(path, () => this.client.call("study.open", { path }));
  }

  createStudy(path: string, name: string): Promise<void> {
    return this.#enter(path, () =>
      this.client.call("study.create", { path, ...(name === "" ? {} : { name }) }),
    );
  }

  openExample(id: string): Promise<void> {
    return this.#enter(id, () => this.client.call("examples.open", { id }));
  }

  async #enter(what: string, get: () => Promise<Study>): Promise<void> {
    if (this.opening !== null) return;
    this.opening = what;
    try {
      const study = await get();
      if (this.session !== null && this.session.path !== study.path) {
        this.messages.clear();
        await this.session.close();
      }
      this.session = new Session(this.client, study);
      this.layout = new Layout(study.path);
      this.dialog = null;
      this.#questions.length = 0;
      sessionStorage.setItem("noetherscope-study", study.path);
      if (study.readOnly !== null) {
        this.messages.word(`Opened for reading only: ${study.readOnly}.`);
      }
    } finally {
      this.opening = null;
    }
  }

  /** After a reload of the page: the study that this window had open. */
  async resume(): Promise<void> {
    const path = sessionStorage.getItem("noetherscope-study");
    if (path === null || this.session !== null) return;
    const there = await this.attempt(() => this.openStudy(path));
    if (!there) sessionStorage.removeItem("noetherscope-study");
  }

  async closeStudy(): Promise<void> {
    const { session } = this;
    this.messages.clear();
    this.session = null;
    this.layout = null;
    sessionStorage.removeItem("noetherscope-study");
    if (session !== null) await this.attempt(() => session.close());
    this.recent = await this.client.call("recent.list", {});
  }

  /** What the window shows, for the browser's history. */
  get place(): Place {
    return { study: this.session?.path ?? null, page: this.session?.tabs.active ?? null };
  }

  /** Shows a place again. @returns what is shown then: another one where the study or the page is gone */
  async goTo({ study, page }: Place): Promise<Place> {
    this.dialog = null;
    await this.attempt(async () => {
      if (study === null) {
        if (this.session !== null) await this.closeStudy();
        return;
      }
      if (this.session?.path !== study) await this.openStudy(study);
      if (page !== null) this.session?.reopen(page);
    });
    return this.place;
  }

  async forget(path: string): Promise<void> {
    await this.client.call("recent.forget", { path });
    this.recent = await this.client.call("recent.list", {});
  }

  /** Takes an entry, a run or a training out of the study, and offers it back. */
  async remove(entry: string, name: string): Promise<void> {
    const { session } = this;
    if (session === null) return;
    const isTraining = session.trainingOf(entry) !== undefined;
    await this.attempt(async () => {
      const back = await session.remove(entry);
      const until = isTraining ? " Its weights leave the disk when the study is closed." : "";
      this.messages.word(`Removed ${name}.${until}`, {
        label: "Undo",
        run: () =>
          void this.attempt(async () => {
            if (!(await back())) {
              this.messages.word("Something else was changed since; undo goes back step by step.");
            }
          }),
      });
    });
  }

  /** Shows the files of the computing machine; the one that is chosen is opened. */
  browse(opens: keyof typeof fileTitles): void {
    this.dialog = {
      kind: "files",
      title: fileTitles[opens],
      accept: [opens],
      chosen: (path) => this.openFile(path, opens),
    };
  }

  /** Opens a file of the computing machine as what it is. */
  async openFile(path: string, opens: Opens): Promise<void> {
    if (opens === "study") return this.openStudy(path);
    const { session } = this;
    if (session === null) return;
    if (opens === "model") await session.addModel(path);
    else if (opens === "data") await this.#addData(path);
    else if (opens === "weights") {
      const model = this.modelForWeights;
      if (model === undefined) {
        this.messages.word("Open the model first; then these weights can be put into it.");
      } else {
        session.tabs.open({ kind: "model", id: model.id });
        await this.offerWeights(model.id, path);
      }
    }
  }

  /** Where a file holds several arrays that may be meant, it is asked which. */
  async #addData(path: string): Promise<void> {
    try {
      await this.session?.addData(path);
    } catch (error) {
      const { code, choices = [] } = toErrorRecord(error);
      if (code === "data/statistics" && this.#offerStatistics(path)) return;
      if (code !== "data/no-input" || choices.length === 0) throw error;
      const question: ArraysRequest = { kind: "arrays", path, choices };
      const asked = [this.dialog, ...this.#questions];
      // The same file dropped twice is one, of which it is asked once.
      if (asked.some((one) => one?.kind === "arrays" && one.path === path)) return;
      if (this.dialog?.kind === "arrays") this.#questions.push(question);
      else this.dialog = question;
    }
  }

  /** Statistics are no data; they may be those that a network was trained with. @returns whether there is such a network */
  #offerStatistics(path: string): boolean {
    const { session } = this;
    const { models = [], data = [] } = session?.study ?? {};
    const model = models.find(({ id }) => id === session?.subject.model);
    const states = data.find(({ id }) => id === session?.subject.data);
    if (session === null || model === undefined || states === undefined) return false;
    this.messages.word(`${fileName(path)} holds statistics of channels, not states.`, {
      label: `Normalise ${model.name} with them`,
      run: () => {
        session.stated.set(model.id, states.id, "normalise", path);
        this.messages.word(
          `Every analysis of ${model.name} on ${states.name} is now set up with ${fileName(path)}.`,
        );
      },
    });
    return true;
  }

  /**
   * Adds the data of the arrays that were chosen.
   * @param input several with commas between them
   * @param target empty: none is named
   */
  addArrays(asked: ArraysRequest, input: string, target: string): Promise<void> {
    return this.addRead(asked, { input, ...(target === "" ? {} : { target }) });
  }

  /** Adds the data as `options` read them, which a preset may have said. */
  async addRead(asked: ArraysRequest, options: DataOptions): Promise<void> {
    await this.session?.addData(asked.path, options);
    if (this.dialog === asked) this.closeDialog();
  }

  /** Without an answer a file that was sent for it is wanted no more. */
  async cancelArrays(asked: ArraysRequest): Promise<void> {
    if (this.dialog === asked) this.closeDialog();
    await this.attempt(() => this.client.call("files.discard", { path: asked.path }));
  }

  /** The next question about what was dropped, if one waits. */
  closeDialog(): void {
    this.dialog = this.#questions.shift() ?? null;
  }

  /** Puts weights into a model of the study; where a file holds several sets, its page asks which. */
  async offerWeights(model: string, path: string): Promise<void> {
    const { session } = this;
    const entry = session?.study.models.find(({ id }) => id === model);
    if (session === null || entry === undefined) return;
    this.weightsOffer = null;
    const fits = await this.client.call("model.weights", { path: entry.file.path, weights: path });
    const fitting = fits.filter(({ problem }) => problem === null);
    if (fits.length > 1 && fitting.length !== 1) this.weightsOffer = { model, file: path, fits };
    else await session.editModel(model, { weights: fitting[0]?.path ?? path });
  }

  /** None of the sets of weights in the file is taken. */
  async leaveWeights({ file }: WeightsOffer): Promise<void> {
    this.weightsOffer = null;
    await this.attempt(() => this.client.call("files.discard", { path: file }));
  }

  /**
   * A further checkpoint beside one that a model has taken: the same network with these weights.
   * @returns what it is called
   */
  async addCheckpoint(model: ModelEntry, path: string, name: string): Promise<string> {
    const { session } = this;
    if (session === null) return name;
    const file = model.file.path;
    const fits = await this.client.call("model.weights", { path: file, weights: path });
    const fitting = fits.filter(({ problem }) => problem === null);
    // Of several that fit it is refused to guess.
    const chosen = fitting.length === 1 ? fitting[0]!.path : path;
    const entry = await session.addModel(file, chosen);
    const called = `${model.name}, ${name}`;
    await session.editModel(entry, { name: called });
    return called;
  }

  /** The model that weights are for: the one that is shown, or the last one. */
  get modelForWeights(): ModelEntry | undefined {
    const { session } = this;
    const page = session?.tabs.active;
    const { models = [] } = session?.study ?? {};
    return models.find(({ id }) => page?.kind === "model" && page.id === id) ?? models.at(-1);
  }

  /**
   * The run of `job` takes the place of `form` as soon as it is done.
   * @param beside to the right of the run that has taken it before
   */
  await(job: string, form: Page, request: AnalysisRequest, beside = false): void {
    this.#awaits(job, { form, request, beside });
  }

  /** The data that `job` makes take the place of `form`. */
  awaitData(job: string, form: Page): void {
    this.#awaits(job, { form, request: null, beside: false });
  }

  #awaits(job: string, awaited: Awaited): void {
    this.awaited.add(job, awaited);
    const known = this.jobs.get(job);
    if (known !== undefined && known.state === "done") this.#ended(known);
  }

  /** Starts what a form asks for, one run beside the other; what it gives takes the form's place. */
  async start(requests: readonly AnalysisRequest[], form: Page): Promise<void> {
    const { session } = this;
    if (session === null) return;
    for (const [i, request] of requests.entries()) {
      this.await(await session.start(request), form, request, i > 0);
    }
  }

  #ended(job: Job): void {
    const waiting = this.awaited.get(job.id);
    if (this.session?.path !== job.study) return;
    const { tabs, trainings } = this.session;
    if (job.training !== null) trainings.settle(job.training);
    if (job.state === "failed" && job.error !== null) {
      const page = waiting?.form ?? (job.training === null ? null : pageOf(job));
      const seen = page !== null && tabs.active !== undefined && keyOf(tabs.active) === keyOf(page);
      // The form that started it shows the error itself, and so does a training's page.
      if (!seen) this.messages.problem(fromErrorRecord(job.error as ErrorRecord));
    }
    const made = pageOf(job);
    if (job.state !== "done" || made === null) return;
    this.awaited.remove(job.id);
    const looking = tabs.active !== undefined && keyOf(tabs.active) === keyOf(made);
    if (waiting === undefined && looking) return;
    if (waiting === undefined) {
      this.messages.word(`${job.title} is done.`, { label: "Show", run: () => tabs.open(made) });
    } else {
      tabs.replace(waiting.form, made);
      if (waiting.beside) tabs.compare(made);
    }
  }
}

const key = Symbol("app");

export function provideApp(app: App): App {
  return setContext(key, app);
}

export function useApp(): App {
  return getContext<App>(key);
}

const sessionKey = Symbol("session");

/** The open study, for everything inside the workspace. */
export function provideSession(session: Session): Session {
  return setContext(sessionKey, session);
}

export function useSession(): Session {
  return getContext<Session>(sessionKey);
}
