/** A host for unit tests: answers that the test gives, every call kept, events at will. */
import type {
  Client,
  DataEntry,
  EventName,
  EventPayload,
  Job,
  MethodInput,
  MethodName,
  MethodOutput,
  ModelEntry,
  Study,
} from "../../shared/contract";

type Answers = {
  [M in MethodName]?: (input: MethodInput<M>) => MethodOutput<M> | Promise<MethodOutput<M>>;
};

export class FakeClient implements Client {
  readonly calls: { name: MethodName; input: unknown }[] = [];
  readonly answers: Answers;
  readonly #listeners: { name: string; listener: (payload: never) => void }[] = [];

  constructor(answers: Answers) {
    this.answers = answers;
  }

  async call<M extends MethodName>(name: M, input: MethodInput<M>): Promise<MethodOutput<M>> {
    this.calls.push({ name, input });
    const answer = this.answers[name];
    if (answer === undefined) throw new Error(`the test gave no answer for ${name}`);
    return answer(input);
  }

  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void {
    const entry = { name, listener: listener as (payload: never) => void };
    this.#listeners.push(entry);
    return () => this.#listeners.splice(this.#listeners.indexOf(entry), 1);
  }

  emit<E extends EventName>(name: E, payload: EventPayload<E>): void {
    for (const entry of [...this.#listeners])
      if (entry.name === name) entry.listener(payload as never);
  }
}

export function someData(change: Partial<DataEntry["info"]> = {}): DataEntry {
  return {
    id: "data-1",
    name: "flow",
    file: { path: "/data/flow.npz", size: 10, sha256: null },
    options: {},
    state: "here",
    info: {
      path: "/data/flow.npz",
      layout: "npz",
      shape: [3, 1, 3, 8, 8],
      axes: ["trajectory", "time", "channel", "y", "x"],
      dtype: "float32",
      channels: [],
      fields: "scalar:p,vector:v",
      samples: 3,
      arrays: [],
      dt: null,
      spacing: null,
      boundary: "periodic",
      coordinates: null,
      statistics: [],
      warnings: [],
      ...change,
    },
  };
}

export function someModel(): ModelEntry {
  return {
    id: "model-1",
    name: "unet",
    file: { path: "/models/unet.onnx", size: 10, sha256: null },
    weights: null,
    state: "here",
    info: {
      path: "/models/unet.onnx",
      inputs: [],
      outputs: [],
      operators: {},
      parameters: [],
      parameterCount: 0,
      buffers: [],
      differentiable: true,
      stopped: [],
      opset: 17,
      producer: "",
      metadata: {},
      parity: null,
      warnings: [],
    },
  };
}

export function someStudy(change: Partial<Study> = {}): Study {
  return {
    path: "/studies/one",
    name: "One",
    notes: "",
    readOnly: null,
    data: [someData()],
    models: [someModel()],
    runs: [],
    trainings: [],
    waiting: [],
    figures: [],
    setApart: null,
    undo: null,
    redo: null,
    ...change,
  };
}

export function someJob(change: Partial<Job> = {}): Job {
  return {
    id: "job-1",
    study: "/studies/one",
    title: "Coherence",
    analysis: "coherence",
    state: "running",
    fraction: 0,
    stage: "",
    secondsLeft: null,
    started: "2026-01-01T00:00:00Z",
    run: null,
    data: null,
    training: null,
    error: null,
    ...change,
  };
}
