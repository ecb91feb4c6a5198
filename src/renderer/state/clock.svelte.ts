/** The time of day for what says how long ago something was: looked at twice a minute while anyone shows it. */
import { onDestroy } from "svelte";

const EVERY_MS = 30_000;

/** Made by a component, with which it ends. */
export class Clock {
  /** Milliseconds since 1970. */
  now = $state(Date.now());

  constructor() {
    const timer = setInterval(() => (this.now = Date.now()), EVERY_MS);
    onDestroy(() => clearInterval(timer));
  }
}
