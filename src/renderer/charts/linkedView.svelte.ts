/** The part that several panels show together, and the hands on any of them: wheel, drag, double click, keys. */
import type { Attachment } from "svelte/attachments";
import { moved, WHOLE, zoomed, type Part } from "./part";

/** What a notch of a wheel (100 pixels) and a key zoom by. */
const NOTCH = 1.25;
const KEY = 1.5;
/** How far an arrow key moves, in shares of what is shown. */
const STRIDE = 0.2;

const strides: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STRIDE, 0],
  ArrowRight: [STRIDE, 0],
  ArrowUp: [0, -STRIDE],
  ArrowDown: [0, STRIDE],
};

export class LinkedView {
  part = $state.raw<Part>(WHOLE);

  get whole(): boolean {
    return this.part.share === 1;
  }

  /** On each panel. */
  readonly hands: Attachment<HTMLElement> = (panel) => {
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      hear: (event: HTMLElementEventMap[K]) => void,
    ): void => panel.addEventListener(name, hear, { passive: false });
    on("wheel", (event) => this.#wheel(event, panel.getBoundingClientRect()));
    on("dblclick", () => (this.part = WHOLE));
    on("pointerdown", (event) => {
      if (!this.whole && event.button === 0) panel.setPointerCapture(event.pointerId);
    });
    on("pointermove", (event) => {
      if (!panel.hasPointerCapture(event.pointerId)) return;
      const { width, height } = panel.getBoundingClientRect();
      this.part = moved(this.part, -event.movementX / width, -event.movementY / height);
    });
  };

  /** + − 0, and arrows where something lies outside. @returns whether the key was one of them */
  key(key: string): boolean {
    if (key === "+" || key === "=") this.part = zoomed(this.part, KEY);
    else if (key === "-" || key === "−") this.part = zoomed(this.part, 1 / KEY);
    else if (key === "0") this.part = WHOLE;
    else {
      const stride = strides[key];
      if (stride === undefined || this.whole) return false;
      this.part = moved(this.part, ...stride);
    }
    return true;
  }

  #wheel(event: WheelEvent, box: DOMRect): void {
    // With nothing to zoom out of, the page scrolls on.
    if (event.deltaY === 0 || (event.deltaY > 0 && this.whole)) return;
    event.preventDefault();
    const notches =
      event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY / 100 : event.deltaY / 3;
    this.part = zoomed(
      this.part,
      NOTCH ** -notches,
      (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height,
    );
  }
}
