/** States of particles in the plane, [particle, (x, y, px, py)], as positions and momenta [particle, 2] and back. */

export function sideBySide(q: Float64Array, p: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * q.length }, (_, i) => {
    const at = 2 * Math.floor(i / 4) + (i % 2);
    return i % 4 < 2 ? q[at]! : p[at]!;
  });
}

export function apart(state: Float64Array): [Float64Array, Float64Array] {
  const part = (first: number): Float64Array =>
    Float64Array.from(
      { length: state.length / 2 },
      (_, i) => state[4 * Math.floor(i / 2) + first + (i % 2)]!,
    );
  return [part(0), part(2)];
}
