/** Bodies of unit mass in the plane that attract each other by softened gravity, V = −Σ G/√(r² + s²). */
import { normals } from "../../../shared/random";
import { euclidean, exchange } from "./motions";
import { energyGuard, kineticEnergy } from "./energyGuard";
import { coefficient } from "./parameters";
import { apart, sideBySide } from "./phaseSpace";
import { simulator } from "./simulator";
import { ofForces, substeps } from "./substeps";
import { symplecticStep } from "./symplectic";

export const nBody = simulator({
  id: "n-body",
  title: "Bodies under softened gravity",
  equation: "q_i″ = −Σ_j G (q_i − q_j) / (|q_i − q_j|² + s²)^(3/2)",
  tex: [String.raw`\ddot q_i = -\sum_j G\,\frac{q_i - q_j}{(|q_i - q_j|^2 + s^2)^{3/2}}`],
  physics: "n-body",
  fields: "vector:q,vector:p",
  axes: 0,
  parameters: {
    G: coefficient("Gravity G", "Times both masses.", 1),
    softening: coefficient("Softening s", "Keeps close encounters finite.", 1, 1e-6),
    spread: coefficient("Spread", "Of the bodies at the start, a standard deviation.", 1),
    speed: coefficient(
      "Speed",
      "Of the bodies at the start, a standard deviation a component.",
      0.5,
    ),
    dt: coefficient("Time step", "Between the states that are kept.", 0.1, 1e-12),
  },
  presets: { tight: { softening: 0.3 } },
  choices: {},
  size: 3,
  shape: (size) => [size, 4],
  symmetry: () => ({ group: "trivial", motions: [...euclidean, exchange] }),
  initial: (random, size, { spread = 1, speed = 0.5 }) =>
    sideBySide(
      normals(random, 2 * size).map((value) => spread * value),
      normals(random, 2 * size).map((value) => speed * value),
    ),
  evolve(state, size, { G = 1, softening = 1, dt = 0.1 }) {
    const [q, p] = apart(state);
    const force = (at: Float64Array): Float64Array => {
      const f = new Float64Array(2 * size);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < i; j++) {
          const dx = at[2 * i]! - at[2 * j]!;
          const dy = at[2 * i + 1]! - at[2 * j + 1]!;
          const pull = -G / (dx * dx + dy * dy + softening ** 2) ** 1.5;
          f[2 * i]! += pull * dx;
          f[2 * i + 1]! += pull * dy;
          f[2 * j]! -= pull * dx;
          f[2 * j + 1]! -= pull * dy;
        }
      }
      return f;
    };
    const potential = (): number => {
      let sum = 0;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < i; j++) {
          const dx = q[2 * i]! - q[2 * j]!;
          const dy = q[2 * i + 1]! - q[2 * j + 1]!;
          sum -= G / Math.sqrt(dx * dx + dy * dy + softening ** 2);
        }
      }
      return sum;
    };
    // √(s³/G) is the time in which two bodies fall through each other.
    const fall = Math.sqrt(softening ** 3 / Math.max(1e-300, Math.abs(G)));
    const count = substeps(dt, 0.02 * Math.min(1, softening, fall), ofForces);
    const check = energyGuard(nBody.title, () => ({
      kinetic: kineticEnergy(p),
      potential: potential(),
    }));
    return {
      substeps: count,
      state: () => sideBySide(q, p),
      advance() {
        for (let k = 0; k < count; k++) symplecticStep(q, p, force, dt / count);
        check();
      },
    };
  },
});
