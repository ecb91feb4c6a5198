/** Inner products of fields about their means, and the smoothing that goes before. */
import { sizeOf } from "../../../shared/tensor";

/** Fields less their means over the points inside; 0 outside. */
export function centred(fields: readonly Float64Array[], inside: Float64Array): Float64Array[] {
  const weight = inside.reduce((sum, one) => sum + one, 0);
  return fields.map((field) => {
    let mean = 0;
    for (let k = 0; k < field.length; k++) mean += inside[k]! * field[k]!;
    mean /= weight;
    return field.map((value, k) => inside[k]! * (value - mean));
  });
}

/** ⟨fᵢ, fⱼ⟩ over the points inside, row-major, of fields about their means. */
export function gramOf(fields: readonly Float64Array[], inside: Float64Array): Float64Array {
  const about = centred(fields, inside);
  const count = fields.length;
  const out = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      const [p, q] = [about[a]!, about[b]!];
      let sum = 0;
      for (let k = 0; k < p.length; k++) sum += p[k]! * q[k]!;
      out[a * count + b] = out[b * count + a] = sum;
    }
  }
  return out;
}

/** The points of a grid that are looked at: every one of them at first, every second along an axis after smoothing. */
export interface Mesh {
  readonly shape: readonly number[];
  /** Of the grid's own points, along each axis. */
  readonly every: readonly number[];
}

/** An axis of fewer points is not thinned out. */
const FEWEST = 16;

/** Every second point: a field that was smoothed over some cells has no more to say. Odd axes stay. */
export function thinned({ shape, every }: Mesh): Mesh {
  const halved = shape.map((n) => n % 2 === 0 && n > FEWEST);
  return {
    shape: shape.map((n, axis) => (halved[axis]! ? n / 2 : n)),
    every: every.map((step, axis) => (halved[axis]! ? 2 * step : step)),
  };
}

/** The values of a field at the points of a coarser mesh. */
export function picked(field: Float64Array, from: Mesh, to: Mesh): Float64Array {
  let values = field;
  from.shape.forEach((points, axis) => {
    const step = points / to.shape[axis]!;
    if (step === 1) return;
    const inner = sizeOf(from.shape.slice(axis + 1));
    const kept = new Float64Array(values.length / step);
    for (let i = 0; i < kept.length; i++) {
      kept[i] = values[Math.floor(i / inner) * step * inner + (i % inner)]!;
    }
    values = kept;
  });
  return values;
}

/**
 * The filter (1, 2, 1)/4 along every axis, taken as periodic, so often that it does what so many passes over all of the
 * grid's points do.
 */
export function smoothed(
  field: Float64Array,
  { shape, every }: Mesh,
  passes: number,
): Float64Array {
  const out = field.slice();
  shape.forEach((points, axis) => {
    const here = Math.ceil(passes / every[axis]! ** 2);
    const stride = sizeOf(shape.slice(axis + 1));
    let [line, next] = [new Float64Array(points), new Float64Array(points)];
    for (let block = 0; block < out.length; block += points * stride) {
      for (let start = block; start < block + stride; start++) {
        for (let j = 0; j < points; j++) line[j] = out[start + j * stride]!;
        for (let pass = 0; pass < here; pass++) {
          let left = line[points - 1]!;
          for (let j = 0; j < points; j++) {
            const value = line[j]!;
            next[j] = (left + 2 * value + line[j + 1 === points ? 0 : j + 1]!) / 4;
            left = value;
          }
          [line, next] = [next, line];
        }
        for (let j = 0; j < points; j++) out[start + j * stride] = line[j]!;
      }
    }
  });
  return out;
}
