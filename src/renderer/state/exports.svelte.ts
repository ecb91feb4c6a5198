/** Figures leave the window: format, width and theme as chosen last, written by the host, saved where it is elsewhere. */
import type { Client, FigureRequest } from "../../shared/contract";
import type { FigureView } from "../../shared/charts/figure";
import { fileName } from "../format";
import type { Messages } from "./messages.svelte";

export const figureFormats = [
  { id: "svg", label: "SVG", about: "text stays text" },
  { id: "pdf", label: "PDF", about: "for LaTeX" },
  { id: "png", label: "PNG", about: "600 dpi" },
  { id: "csv", label: "CSV", about: "the numbers" },
  { id: "npz", label: "npz", about: "the arrays" },
] as const satisfies readonly { id: FigureRequest["format"]; label: string; about: string }[];

/** One and two columns of a journal, in millimetres. */
export const widthPresets = [85, 170] as const;

const types: Record<FigureRequest["format"], string> = {
  svg: "image/svg+xml",
  pdf: "application/pdf",
  png: "image/png",
  csv: "text/csv",
  npz: "application/zip",
};

function typeOf(name: string): string {
  const ending = figureFormats.find(({ id }) => name.endsWith(`.${id}`))?.id;
  return ending === undefined ? "application/octet-stream" : types[ending];
}

export class Exports {
  readonly #client: Client;
  readonly #messages: Messages;
  readonly #elsewhere: () => boolean;

  /** Millimetres. */
  width = $state<number>(widthPresets[0]);
  theme = $state<FigureRequest["theme"]>("print");
  /** Whether a figure for print shows what is picked in the window. */
  marked = $state(false);
  busy = $state(false);

  /** @param elsewhere whether the host's disk may not be the one in front of the user */
  constructor(client: Client, messages: Messages, elsewhere: () => boolean) {
    this.#client = client;
    this.#messages = messages;
    this.#elsewhere = elsewhere;
  }

  async write(
    of: { study: string; run: string; figure: string; view: FigureView },
    format: FigureRequest["format"],
  ): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const { study } = of;
      const { path } = await this.#client.call("figure.export", {
        ...of,
        view: { ...of.view },
        format,
        width: this.width,
        theme: this.theme,
      });
      if (this.#elsewhere()) await this.save(study, fileName(path));
      this.#messages.word(`Written to ${path}.`);
    } catch (error) {
      this.#messages.problem(error);
    } finally {
      this.busy = false;
    }
  }

  /** Hands a copy to the browser, since the study may lie at the other end of a tunnel. */
  async save(study: string, name: string): Promise<void> {
    const file = await this.#client.call("figure.read", { study, name });
    const url = URL.createObjectURL(
      new Blob([new Uint8Array(file.bytes)], { type: typeOf(file.name) }),
    );
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download = file.name;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}
