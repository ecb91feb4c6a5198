/**
 * Bodies of unit mass in the plane, every two of them joined by a spring, V = Σ ½k(|q_i − q_j| − ℓ)² + Σ g y: with g = 0 the
 * whole is as symmetric as empty space, with g only along x.
 */
import { normals } from "../../../shared/random";
import { euclidean, exchange, ofEach } from "./motions";
import { energyGuard, kineticEnergy } from "./energyGuard";
import { coefficient } from "./parameters";
import { apart, sideBySide } from "./phaseSpace";
import { simulator } from "./simulator";
import { ofForces, substeps } from "./substeps";
import { symplecticStep } from "./symplectic";

/** Steps of the method in the time 1/ω of the stiffest mode, ω² = N k. */
const RESOLUTION = 100;

export const springs = simulator({
  id: "springs",
  title: "Bodies on springs",
  equation: "q_i″ = −Σ_j k (|q_i − q_j| − ℓ) (q_i − q_j)/|q_i − q_j| − g ŷ",
  tex: [
    String.raw`\ddot q_i = -\sum_j k\,(|q_i - q_j| - \ell)\,\frac{q_i - q_j}{|q_i - q_j|} - g\,\hat y`,
  ],
  physics: "springs",
  fields: "vector:q,vector:p",
  axes: 0,
  parameters: {
    k: coefficient("Stiffness k", "Of every spring.", 2, 0),
    rest: coefficient("Length ℓ", "Of every spring at rest.", 1, 0),
    g: coefficient("Gravity g", "Along −y; 0 leaves all directions alike.", 0),
    spread: coefficient("Spread", "Of the bodies at the start, a standard deviation.", 1),
    speed: coefficient("Speed", "At the start, a standard deviation a component.", 0.5),
    dt: coefficient("Time step", "Between the states that are kept.", 0.1, 1e-12),
  },
  choices: {},
  presets: { falling: { g: 1 }, stiff: { k: 50 } },
  size: 5,
  shape: (size) => [size, 4],
  symmetry: (_, { g = 0 }) => ({
    group: "trivial",
    motions: g === 0 ? [...euclidean, exchange] : [...along, exchange],
  }),
  initial: (random, size, { spread = 1, speed = 0.5 }) =>
    sideBySide(
      normals(random, 2 * size).map((value) => spread * value),
      normals(random, 2 * size).map((value) => speed * value),
    ),
  evolve(state, size, { k = 2, rest = 1, g = 0, dt = 0.1 }) {
    const [q, p] = apart(state);
    const force = (at: Float64Array): Float64Array => {
      const f = new Float64Array(2 * size);
      for (let i = 0; i < size; i++) {
        f[2 * i + 1]! -= g;
        for (let j = 0; j < i; j++) {
          const dx = at[2 * i]! - at[2 * j]!;
          const dy = at[2 * i + 1]! - at[2 * j + 1]!;
          const distance = Math.sqrt(dx * dx + dy * dy);
          // Two bodies in one place push each other in no direction.
          const pull = distance === 0 ? 0 : (-k * (distance - rest)) / distance;
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
        sum += g * q[2 * i + 1]!;
        for (let j = 0; j < i; j++) {
          const distance = Math.hypot(q[2 * i]! - q[2 * j]!, q[2 * i + 1]! - q[2 * j + 1]!);
          sum += (k / 2) * (distance - rest) ** 2;
        }
      }
      return sum;
    };
    const longest = 1 / (RESOLUTION * Math.sqrt(Math.max(1, k * size)));
    const count = substeps(dt, longest, ofForces);
    const check = energyGuard(springs.title, () => ({
      kinetic: kineticEnergy(p),
      potential: potential(),
    }));
    return {
      substeps: count,
      state: () => sideBySide(q, p),
      advance() {
        for (let n = 0; n < count; n++) symplecticStep(q, p, force, dt / count);
        check();
      },
    };
  },
});

/** What a pull along −y leaves of the motions of the plane. */
const along = [
  ofEach("reflection", ([x, y, px, py]) => [-x, y, -px, py]),
  ofEach("translation", ([x, y, px, py]) => [x + 0.3, y - 1.1, px, py]),
  ofEach("boost", ([x, y, px, py], time) => [x + 0.4 * time, y - 0.2 * time, px + 0.4, py - 0.2]),
];
