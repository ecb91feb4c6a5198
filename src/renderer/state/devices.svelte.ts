/** What computes on the machine behind this window: looked for when somebody wants to know, not when it opens. */
import type { Client, Device } from "../../shared/contract";

export class DeviceList {
  readonly #client: Client;
  /** Null until looked for. */
  known = $state.raw<readonly Device[] | null>(null);
  busy = $state<"looking" | "measuring" | null>(null);
  /** Names that a form offers: what was tried and found right. */
  readonly choices: readonly Device[] = $derived(
    (this.known ?? []).filter(({ executor, ready }) => executor === "onnxruntime" && ready),
  );

  constructor(client: Client) {
    this.#client = client;
  }

  /** Looks unless that is under way. What is ready is not tried again, what is missing is. */
  async look(measure: boolean): Promise<void> {
    if (this.busy !== null) return;
    this.busy = measure ? "measuring" : "looking";
    try {
      this.known = await this.#client.call("devices.list", { measure });
    } finally {
      this.busy = null;
    }
  }
}
