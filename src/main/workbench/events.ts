/** What windows hear without asking. */
import type { EventName, EventPayload } from "../../shared/contract";

type Listener = (event: EventName, payload: EventPayload<EventName>) => void;

export class Events {
  readonly #listeners = new Set<Listener>();

  emit<E extends EventName>(event: E, payload: EventPayload<E>): void {
    for (const listener of this.#listeners) listener(event, payload);
  }

  /** Hears every event; returns what ends that. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
