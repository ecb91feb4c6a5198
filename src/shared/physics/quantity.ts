/** A quantity that a rollout is followed by: an integral over the fields, and what the physics says of it. */
import type { Integrand } from "./integrand";

/** What the equations do to it: keep it, or let it only fall or only rise; null where nobody said. */
export type Nature = "conserved" | "decreasing" | "increasing" | null;

/** As a catalogue states it. */
export interface QuantityStatement {
  /** As options name it: "mass", "momentum.x". */
  readonly id: string;
  /** What is integrated, in the formulas' language. */
  readonly formula: string;
  readonly nature: Nature;
  /** d/dt of the integral, as an integrand: sources and sinks of its balance. Absent where nothing is stated. */
  readonly rate?: string;
  /** What carries it through space, a component an axis, x first: through walls it changes the integral. */
  readonly flux?: readonly string[];
}

export interface Quantity {
  readonly id: string;
  readonly integrand: Integrand;
  readonly nature: Nature;
  /** Integrand of dI/dt, where its balance is stated. */
  readonly rate?: Integrand;
  /** Of its flux, x first, where one is stated. */
  readonly flux?: readonly Integrand[];
}
