/** Isotropic oscillators in the plane, H = Σ ½(|p|² + ω²|q|²): each keeps its energy and its angular momentum. */
import { normals } from "../../../shared/random";
import { sideBySide } from "./nBody";
import { coefficient } from "./parameters";
import type { Simulator } from "./simulator";

export const oscillators: Simulator = {
  id: "oscillators",
  title: "Oscillators",
  equation: "q″ = −ω² q",
  physics: "auto",
  fields: "vector:q,vector:p",
  axes: 0,
  parameters: {
    omega: coefficient("Frequency ω", "Radians a unit of time.", 1, 1e-9),
    spread: coefficient("Spread", "Of positions and momenta at the start.", 1),
    dt: coefficient("Time step", "Between the states that are kept.", 0.2, 1e-12),
  },
  presets: { fast: { omega: 5 } },
  size: 1,
  shape: (size) => [size, 4],
  start(random, size, { omega = 1, spread = 1, dt = 0.2 }) {
    const q = normals(random, 2 * size).map((value) => spread * value);
    const p = normals(random, 2 * size).map((value) => spread * omega * value);
    const [cos, sin] = [Math.cos(omega * dt), Math.sin(omega * dt)];
    return {
      state: () => sideBySide(q, p, 2),
      // The exact rotation of phase space.
      advance() {
        for (let i = 0; i < q.length; i++) {
          const [a, b] = [q[i]!, p[i]!];
          q[i] = cos * a + (sin / omega) * b;
          p[i] = cos * b - omega * sin * a;
        }
      },
    };
  },
};
