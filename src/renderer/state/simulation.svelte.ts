/** A simulation being set up: which equation, values as typed, what is wrong with them, and the request that they make. */
import type { Client } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import { defaultsOf, type Parameter, type ParameterValue } from "../../shared/parameters";
import type { SimulationPreview, SimulationRequest, SimulatorInfo } from "../../shared/simulation";
import type { Tensor } from "../../shared/tensor";
import { problemsOf } from "./problems";

type Values = Readonly<Record<string, ParameterValue>>;

const count = (label: string, help: string, standard: number, min: number): Parameter => ({
  kind: "integer",
  label,
  help,
  default: standard,
  min,
});

/** How much is simulated, whatever the equation. */
export const amounts = {
  trajectories: count("Trajectories", "Each from a random start of its own.", 16, 1),
  steps: count("Steps", "States that are kept after the first one.", 50, 0),
  size: count("Points a side", "A power of two, except for compressible Euler.", 64, 1),
  seed: count(
    "Seed",
    "Of the random starts: the same one gives the same data. With another number of points, random waves and bridges are others; sums of sines and Gaussians stay the same.",
    0,
    0,
  ),
} satisfies Record<string, Parameter>;

export class Simulation {
  readonly #client: Client;
  #all = $state.raw<readonly SimulatorInfo[]>([]);
  #system = $state("navier-stokes");
  #preset = $state<string | null>(null);
  /** What was typed or chosen; the preset or the default stands for the rest. */
  #values = $state.raw<Values>({});

  constructor(client: Client) {
    this.#client = client;
  }

  async load(): Promise<void> {
    if (this.#all.length === 0) this.#all = await this.#client.call("simulators.list", {});
  }

  get all(): readonly SimulatorInfo[] {
    return this.#all;
  }

  readonly simulator: SimulatorInfo | undefined = $derived.by(() =>
    this.#all.find(({ id }) => id === this.#system),
  );

  /** Coefficients and choices, then the amounts, with this simulator's usual size. */
  readonly parameters: Readonly<Record<string, Parameter>> = $derived.by(() => {
    const { simulator } = this;
    if (simulator === undefined) return amounts;
    const label = simulator.axes === 0 ? "Particles" : amounts.size.label;
    const help = simulator.axes === 0 ? "Bodies in each trajectory." : amounts.size.help;
    const size = { ...amounts.size, label, help, default: simulator.size } as Parameter;
    return { ...simulator.parameters, ...amounts, size };
  });

  readonly values: Values = $derived.by(() => ({
    ...defaultsOf(this.parameters),
    ...(this.#preset === null ? {} : this.simulator?.presets[this.#preset]),
    ...this.#values,
  }));

  /** What is wrong with each value, in words. */
  readonly problems: Readonly<Record<string, string>> = $derived.by(() =>
    problemsOf(this.parameters, this.values),
  );

  readonly valid = $derived(
    this.simulator !== undefined && Object.keys(this.problems).length === 0,
  );

  get system(): string {
    return this.#system;
  }

  /** Another equation; amounts that were typed stay. */
  set system(id: string) {
    const { trajectories, steps, seed } = this.#values;
    const kept = Object.entries({ trajectories, steps, seed }).filter(([, v]) => v !== undefined);
    this.#system = id;
    this.#preset = null;
    this.#values = Object.fromEntries(kept) as Values;
  }

  get preset(): string | null {
    return this.#preset;
  }

  /** A named set in place of whatever coefficients were typed. */
  set preset(name: string | null) {
    this.#preset = name;
    this.#values = Object.fromEntries(
      Object.entries(this.#values).filter(([key]) => key in amounts),
    );
  }

  readonly changed = $derived(this.#preset !== null || Object.keys(this.#values).length > 0);

  set(name: string, value: ParameterValue): void {
    this.#values = { ...this.#values, [name]: value };
  }

  reset(): void {
    this.#preset = null;
    this.#values = {};
  }

  /** @throws UserError "simulate/system" before the simulators are known */
  get request(): SimulationRequest {
    const { simulator } = this;
    if (simulator === undefined) throw new UserError("simulate/system", "Choose an equation.");
    const { trajectories, steps, size, seed } = this.values as Record<string, number>;
    const set = Object.fromEntries(
      Object.entries(this.#values).filter(([name]) => !(name in amounts)),
    ) as Record<string, number | string>;
    return {
      system: simulator.id,
      preset: this.#preset,
      set,
      trajectories: trajectories!,
      steps: steps!,
      size: size!,
      seed: seed!,
    };
  }

  preview(request: SimulationRequest): Promise<SimulationPreview> {
    return this.#client.call("simulation.preview", { request });
  }

  /** @returns the job's id */
  async start(study: string): Promise<string> {
    return (await this.#client.call("simulation.start", { study, request: this.request })).job;
  }

  async picture(job: string): Promise<Tensor | null> {
    return (await this.#client.call("simulation.picture", { job })).picture;
  }
}
