/** Every two particles of a state, each pair once, as if they were particles of their own. */
import type { Layout } from "./layout";

/** States [n, channel, pair] and how they lie. */
interface Paired {
  readonly states: Float64Array;
  readonly layout: Layout;
}

/**
 * @param channel of all particles, [n, sites]
 * @returns first and second particle of the pairs i < j, in the same order
 */
export function pairsOf(
  { sites, channels, names, constants, walls }: Layout,
  n: number,
  channel: (channel: number) => Float64Array,
): [first: Paired, second: Paired] {
  const [first, second]: [number[], number[]] = [[], []];
  for (let i = 0; i < sites; i++) {
    for (let j = i + 1; j < sites; j++) {
      first.push(i);
      second.push(j);
    }
  }
  const of = (chosen: readonly number[]): Paired => {
    const count = chosen.length;
    const states = new Float64Array(n * channels * count);
    for (let c = 0; c < channels; c++) {
      const values = channel(c);
      for (let k = 0; k < n; k++) {
        chosen.forEach((site, pair) => {
          states[(k * channels + c) * count + pair] = values[k * sites + site]!;
        });
      }
    }
    const own = [...constants].map(
      ([name, values]) => [name, Float64Array.from(chosen, (site) => values[site]!)] as const,
    );
    const layout: Layout = {
      channels,
      sites: count,
      grid: null,
      volume: 1,
      weights: null,
      walls,
      names,
      fields: null,
      constants: new Map(own),
    };
    return { states, layout };
  };
  return [of(first), of(second)];
}
