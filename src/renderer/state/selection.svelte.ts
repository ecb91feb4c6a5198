/** What is picked on a run's page; every chart, matrix, strip and number follows it. */
import type { FigureView } from "../../shared/charts/figure";

export class Selection {
  #view = $state.raw<FigureView>({});

  get view(): FigureView {
    return this.#view;
  }

  /** Changes the parts that are given; a part that is given as undefined is picked no more. */
  pick(part: { [K in keyof FigureView]?: FigureView[K] | undefined }): void {
    const next = { ...this.#view, ...part };
    this.#view = Object.fromEntries(
      Object.entries(next).filter(([, value]) => value !== undefined),
    ) as FigureView;
  }

  clear(): void {
    this.#view = {};
  }
}
