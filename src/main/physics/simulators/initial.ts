/** Random smooth fields to start from. */
import { normals, type Random } from "../../../shared/random";
import type { Fourier, Spectrum } from "./fourier";

/**
 * Spectrum of a Gaussian random field of few waves with mean zero and root mean square 1.
 * @param waves modes with |k| up to this many a side, falling off like exp(−2k²/waves²)
 */
export function randomWaves(random: Random, fourier: Fourier, waves: number): Spectrum {
  const { points, wave, resolved } = fourier;
  const unit = Math.max(...wave[0]!) / (fourier.size.at(-1)! / 2 - 1);
  const noise = fourier.forward(normals(random, points));
  const filter = Float64Array.from({ length: points }, (_, i) => {
    const square = wave.reduce((sum, k) => sum + (k[i]! / unit) ** 2, 0);
    const kept = square > 0 && square <= waves ** 2 + 1e-9;
    return kept ? resolved[i]! * Math.exp((-2 * square) / waves ** 2) : 0;
  });
  const field = fourier.inverse(fourier.scale(noise, filter));
  const size = Math.sqrt(field.reduce((sum, u) => sum + u * u, 0) / points);
  return fourier.forward(field.map((u) => u / size));
}
