/**
 * Shallow water over a flat bed on a periodic plane, h_t + ∇·(hv) = 0, v_t + ζ ẑ×v + ∇(½|v|² + gh) = 0 with ζ = ∂ₓvᵧ − ∂ᵧvₓ
 * (Vallis 2017, §3.1, in vector-invariant form), by the classical Runge–Kutta method on dealiased Fourier modes, as seen
 * from the mean velocity of the start. For smooth flow: waves that steepen into bores need dissipation, which there is
 * none of here.
 */
import { UserError } from "../../../shared/errors";
import type { Random } from "../../../shared/random";
import { Fourier, type Spectrum } from "./fourier";
import { boost, onPlane } from "./motions";
import { box, coefficient, courant, start, startChoice } from "./parameters";
import { randomField, rms } from "./randomField";
import { simulator, type Coefficients, type Evolution } from "./simulator";
import { substeps } from "./substeps";

export const shallowWater = simulator({
  id: "shallow-water",
  title: "Shallow water",
  equation: "h_t + ∇·(h v) = 0, v_t + v·∇v = −g ∇h",
  tex: [
    String.raw`\partial_t h + \nabla\cdot(h v) = 0`,
    String.raw`\partial_t v + v\cdot\nabla v = -g\,\nabla h`,
  ],
  physics: "shallow-water",
  fields: "density:h,vector:v",
  axes: 2,
  parameters: {
    g: coefficient("Gravity g", "Waves travel at √(g depth).", 9.81, 1e-9),
    depth: coefficient("Depth", "Mean of h at the start.", 1, 1e-9),
    ...box(10, 0.05),
    waves: { ...start.waves, default: 2 },
    anisotropy: start.anisotropy,
    amplitude: {
      ...start.amplitude,
      help: "Root mean square of h about its mean, and of the flow in units of √(g depth).",
      default: 0.03,
    },
    courant: courant(0.4, 0.6),
  },
  choices: startChoice("waves", "sines", "gaussians"),
  presets: {
    calm: { amplitude: 0.005 },
    rough: { amplitude: 0.06 },
    diagonal: { anisotropy: 0.9 },
  },
  size: 64,
  shape: (size) => [3, size, size],
  symmetry: (size, { length = 10 }) =>
    onPlane("d4", size, "density:h,vector:v", true, boost(size, length, 3, 1, [0.4, -0.3])),
  initial: (random, size, coefficients, { start: kind = "waves" }) =>
    stirred(random, size, coefficients, kind),
  evolve,
});

/** Waves of the surface over an unrelated flow that does not diverge. */
function stirred(
  random: Random,
  size: number,
  { g = 9.81, depth = 1, length = 10, amplitude = 0.03, ...options }: Coefficients,
  kind: string,
): Float64Array {
  const fourier = new Fourier([size, size], length);
  const stream = fourier.forward(randomField(random, fourier, kind, options));
  const slopes = [fourier.derivative(stream, 1), fourier.derivative(stream, 0)].map((slope) =>
    fourier.inverse(slope),
  );
  const factor = (amplitude * Math.sqrt(g * depth)) / Math.max(...slopes.map(rms));
  const out = new Float64Array(3 * fourier.points);
  out.set(randomField(random, fourier, kind, options).map((h) => depth * (1 + amplitude * h)));
  slopes.forEach((slope, axis) => {
    const sign = axis === 0 ? factor : -factor;
    out.set(
      slope.map((v) => sign * v),
      (1 + axis) * fourier.points,
    );
  });
  return out;
}

/** h, vx, vy. */
type Water = readonly [Spectrum, Spectrum, Spectrum];

function evolve(
  state: Float64Array,
  size: number,
  { g = 9.81, length = 10, dt = 0.05, courant: number = 0.4 }: Coefficients,
): Evolution {
  const fourier = new Fourier([size, size], length);
  const { points } = fourier;
  const fields = [0, 1, 2].map((c) => state.slice(c * points, (c + 1) * points));
  const wind = [1, 2].map((c) => fields[c]!.reduce((sum, v) => sum + v, 0) / points);
  const [h, x, y] = fields as [Float64Array, Float64Array, Float64Array];
  let speed = 0;
  h.forEach((depth, i) => {
    if (!(depth > 0)) throw dry(depth);
    const flow = (x[i]! - wind[0]!) ** 2 + (y[i]! - wind[1]!) ** 2;
    speed = Math.max(speed, Math.sqrt(flow) + Math.sqrt(g * depth));
  });
  let water = fields.map((field, c) => {
    const seen = c === 0 ? field : field.map((v) => v - wind[c - 1]!);
    return fourier.scale(fourier.forward(seen), fourier.resolved);
  }) as unknown as Water;
  let time = 0;
  const count = substeps(dt, (number * length) / (size * speed));
  const step = dt / count;
  return {
    substeps: count,
    state() {
      const out = new Float64Array(3 * points);
      water.forEach((one, c) => {
        const moved = fourier.shifted(one, [wind[0]! * time, wind[1]! * time]);
        const raise = c === 0 ? 0 : wind[c - 1]!;
        out.set(
          fourier.inverse(moved).map((value) => value + raise),
          c * points,
        );
      });
      return out;
    },
    advance() {
      for (let k = 0; k < count; k++) {
        const a = rates(fourier, water, g);
        const b = rates(fourier, moved(water, a, step / 2), g);
        const c = rates(fourier, moved(water, b, step / 2), g);
        const d = rates(fourier, moved(water, c, step), g);
        water = each((i) =>
          water[i]!.map(
            (value, m) =>
              value + (step / 6) * (a[i]![m]! + 2 * b[i]![m]! + 2 * c[i]![m]! + d[i]![m]!),
          ),
        );
      }
      time += dt;
    },
  };
}

function dry(depth: number): UserError {
  return new UserError("simulate/dry", `The water would be ${depth.toPrecision(2)} deep.`, {
    where: "amplitude",
    todo: "Take a smaller amplitude: the bed must be covered everywhere.",
  });
}

function rates(fourier: Fourier, [h, vx, vy]: Water, g: number): Water {
  const [x, y] = fourier.inversePair(vx, vy);
  const [depth, curl] = fourier.inversePair(
    h,
    plus(fourier.derivative(vy, 0), fourier.derivative(vx, 1), -1),
  );
  const field = (of: (i: number) => number): Spectrum => {
    const values = Float64Array.from(x, (_, i) => of(i));
    return fourier.scale(fourier.forward(values), fourier.resolved);
  };
  const flux = [field((i) => -depth[i]! * x[i]!), field((i) => -depth[i]! * y[i]!)];
  const head = field((i) => -((x[i]! ** 2 + y[i]! ** 2) / 2 + g * depth[i]!));
  return [
    plus(fourier.derivative(flux[0]!, 0), fourier.derivative(flux[1]!, 1), 1),
    plus(field((i) => curl[i]! * y[i]!), fourier.derivative(head, 0), 1), // prettier-ignore
    plus(field((i) => -curl[i]! * x[i]!), fourier.derivative(head, 1), 1), // prettier-ignore
  ];
}

function moved(water: Water, by: Water, factor: number): Water {
  return each((c) => plus(water[c]!, by[c]!, factor));
}

function each(of: (channel: number) => Spectrum): Water {
  return [of(0), of(1), of(2)];
}

function plus(a: Spectrum, b: Spectrum, factor: number): Spectrum {
  return a.map((value, i) => value + factor * b[i]!);
}
