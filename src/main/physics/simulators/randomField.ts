/**
 * Random smooth fields to start from, with mean zero and root mean square 1, of the kinds that PDEGym's data start from
 * (Herde et al. 2024, arXiv:2405.19101, appendix B): sums of sines, of Gaussians, Brownian bridges; and Gaussian random
 * fields of few waves.
 */
import { normals, type Random } from "../../../shared/random";
import type { Fourier, Spectrum } from "./fourier";

export type FieldStart = "waves" | "sines" | "gaussians" | "bridge";

export const fieldKinds: Readonly<Record<FieldStart, { label: string; help: string }>> = {
  waves: { label: "Random waves", help: "A Gaussian random field of few waves." },
  sines: { label: "Sines", help: "A sum of products of sines with random phases." },
  gaussians: {
    label: "Gaussians",
    help: "A hundred Gaussian bumps between 1/100 and 1/10 of the side wide.",
  },
  bridge: { label: "Brownian bridge", help: "Rough at every scale: |k|^−(axes + 1)/2." },
};

export interface FieldOptions {
  /** Modes along a side, at most; of waves and sines. */
  readonly waves?: number;
  /** Of waves on a plane, from −1 to 1: along one diagonal rather than along the other. */
  readonly anisotropy?: number;
}

/** [n] or [ny, nx], of resolved modes only. */
export function randomField(
  random: Random,
  fourier: Fourier,
  kind: string,
  options: FieldOptions = {},
): Float64Array {
  const spectrum = fourier.scale(
    spectra[kind as FieldStart](random, fourier, options),
    fourier.resolved,
  );
  [spectrum[0], spectrum[1]] = [0, 0];
  const field = fourier.inverse(spectrum);
  const size = rms(field);
  return field.map((u) => u / size);
}

export function rms(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

const spectra: Readonly<
  Record<FieldStart, (random: Random, fourier: Fourier, options: FieldOptions) => Spectrum>
> = {
  waves(random, fourier, { waves = 4, anisotropy = 0 }) {
    // exp(−2 kᵀMk/waves²) with M = [[1, a], [a, 1]]/√(1 − a²), which both diagonal reflections keep and a quarter turn does
    // not; its determinant is 1, so that an ellipse holds as many modes as the isotropic twin's circle.
    const area = Math.sqrt(1 - anisotropy ** 2);
    return filteredNoise(random, fourier, (k) => {
      const square = k.reduce((sum, one) => sum + one * one, 0);
      const form = k.length === 2 ? (square + 2 * anisotropy * k[0]! * k[1]!) / area : square;
      return square <= waves ** 2 + 1e-9 ? Math.exp((-2 * form) / waves ** 2) : 0;
    });
  },
  sines(random, fourier, { waves = 4 }) {
    const most = Math.max(1, Math.floor(waves));
    const axes = fourier.size.length;
    const terms = Array.from({ length: most ** axes }, (_, t) => {
      const k = Array.from(
        { length: axes },
        (_, axis) => 1 + (Math.floor(t / most ** axis) % most),
      );
      const weight = (2 * random() - 1) / Math.sqrt(k.reduce((sum, one) => sum + one, 0));
      return { k, weight, phases: k.map(() => 2 * Math.PI * random()) };
    });
    return fourier.forward(
      sumOfProducts(
        fourier,
        terms.map(({ k, weight, phases }) => ({
          weight,
          of: (x, axis) => Math.sin(2 * Math.PI * k[axis]! * x + phases[axis]!),
        })),
      ),
    );
  },
  gaussians(random, fourier) {
    const bumps = Array.from({ length: BUMPS }, (): Term => {
      const weight = 2 * random() - 1;
      const width = NARROWEST + (WIDEST - NARROWEST) * random();
      const at = Array.from(fourier.size, random);
      return {
        weight: weight / width,
        of: (x, axis) => {
          // The nearest image does: at a tenth of the side, the next is beyond five widths.
          const d = Math.abs(x - at[axis]!);
          return Math.exp(-(Math.min(d, 1 - d) ** 2) / (2 * width * width));
        },
      };
    });
    return fourier.forward(sumOfProducts(fourier, bumps));
  },
  bridge(random, fourier) {
    const axes = fourier.size.length;
    return filteredNoise(random, fourier, (k) => {
      const square = k.reduce((sum, one) => sum + one * one, 0);
      return square === 0 ? 0 : square ** (-(axes + 1) / 4);
    });
  },
};

const BUMPS = 100;
const NARROWEST = 0.01;
const WIDEST = 0.1;

/** White noise times a filter of the mode's whole wave numbers, x first. */
function filteredNoise(
  random: Random,
  fourier: Fourier,
  filter: (k: readonly number[]) => number,
): Spectrum {
  const unit = (2 * Math.PI) / fourier.length;
  const noise = fourier.forward(normals(random, fourier.points));
  const factors = Float64Array.from({ length: fourier.points }, (_, i) =>
    filter(fourier.wave.map((k) => Math.round(k[i]! / unit))),
  );
  return fourier.scale(noise, factors);
}

/** A factor of each axis (x is 0) at a position in sides, and what their product is multiplied by. */
interface Term {
  readonly weight: number;
  of(x: number, axis: number): number;
}

/** Each factor is evaluated along its axis only, which a plane of a thousand points a side is grateful for. */
function sumOfProducts({ size, points }: Fourier, terms: readonly Term[]): Float64Array {
  const width = size.at(-1)!;
  const rows = size.length === 1 ? 1 : size[0]!;
  const out = new Float64Array(points);
  for (const { weight, of } of terms) {
    const along = Float64Array.from({ length: width }, (_, i) => of(i / width, 0));
    for (let j = 0; j < rows; j++) {
      const factor = rows === 1 ? weight : weight * of(j / rows, 1);
      for (let i = 0; i < width; i++) out[j * width + i]! += factor * along[i]!;
    }
  }
  return out;
}
