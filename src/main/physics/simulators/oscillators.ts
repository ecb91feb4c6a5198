/** Isotropic oscillators in the plane, H = Σ ½(|p|² + ω²|q|²): each keeps its energy and its angular momentum. */
import { normals } from "../../../shared/random";
import { exchange, ofEach, turned } from "./motions";
import { coefficient } from "./parameters";
import { apart, sideBySide } from "./phaseSpace";
import { simulator } from "./simulator";

export const oscillators = simulator({
  id: "oscillators",
  title: "Oscillators",
  equation: "q″ = −ω² q",
  tex: [String.raw`\ddot q = -\omega^2 q`],
  physics: "oscillators",
  fields: "vector:q,vector:p",
  axes: 0,
  parameters: {
    omega: coefficient("Frequency ω", "Radians a unit of time.", 1, 1e-9),
    spread: coefficient("Spread", "Of positions and momenta at the start.", 1),
    dt: coefficient("Time step", "Between the states that are kept.", 0.2, 1e-12),
  },
  choices: {},
  presets: { fast: { omega: 5 } },
  size: 1,
  shape: (size) => [size, 4],
  symmetry: (_, { omega = 1 }) => ({
    group: "trivial",
    motions: [
      exchange,
      ofEach("rotation by 0.7 rad", ([x, y, px, py]) => [...turned(x, y), ...turned(px, py)]),
      // Of U(2), which mixes ωq and p: one that moves x against px, and one that exchanges them crosswise.
      ofEach("turn of x against px", ([x, y, px, py]) => {
        const [a, b] = turned(omega * x, px);
        return [a / omega, y, b, py];
      }),
      ofEach("turn of x against py and y against px", ([x, y, px, py]) => {
        const [a, d] = turned(omega * x, py);
        const [b, c] = turned(omega * y, px);
        return [a / omega, b / omega, c, d];
      }),
    ],
  }),
  initial: (random, size, { omega = 1, spread = 1 }) =>
    sideBySide(
      normals(random, 2 * size).map((value) => spread * value),
      normals(random, 2 * size).map((value) => spread * omega * value),
    ),
  evolve(state, _, { omega = 1, dt = 0.2 }) {
    const [q, p] = apart(state);
    const [cos, sin] = [Math.cos(omega * dt), Math.sin(omega * dt)];
    return {
      substeps: 1,
      state: () => sideBySide(q, p),
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
});
