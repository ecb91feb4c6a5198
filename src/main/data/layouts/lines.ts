/**
 * One-dimensional equations as message-passing solvers and Lie point symmetry augmentation store them: `pde_140-256`,
 * times and points, in a group a split. Brandstetter et al. 2022, arXiv:2202.03376 and arXiv:2202.07643, and their code.
 */
import type { ArraySource } from "../arraySource";
import type { Layout } from "./proposal";
import { splits } from "./pdearena";

export const lines: Layout = (file) => {
  const all = [...file.arrays.values()].flatMap((array) => {
    const [, split = "", times, points] = /^([a-z]+)\/pde_(\d+)-(\d+)$/.exec(array.name) ?? [];
    const [, t, x] = array.shape;
    const isNamed = array.shape.length === 3 && t === Number(times) && x === Number(points);
    return splits.includes(split) && isNamed ? [{ array, split }] : [];
  });
  // The finest of the first split; coarser ones are taken from it.
  const rank = ({ array, split }: (typeof all)[number]): number =>
    splits.indexOf(split) * 1e9 - array.shape[2]!;
  const first = all.toSorted((a, b) => rank(a) - rank(b))[0];
  if (first === undefined) return undefined;
  const { array, split } = first;
  const axes = ["trajectory", "time", "x"] as const;
  const named = (name: string): ArraySource | undefined => file.arrays.get(`${split}/${name}`);
  const found = { time: named("t"), x: named("x") };
  const others = all.filter((one) => one !== first).map((one) => one.array);
  return {
    layout: "1-D equation of message-passing solvers",
    evidence: [`It has ${array.name} [n, t, x], whose name says how many times and points it has.`],
    input: [{ array, axes }],
    others: others.map((other) => ({ array: other, axes })),
    coordinates: Object.fromEntries(
      Object.entries(found).filter(([, source]) => source !== undefined),
    ),
    notices:
      others.length === 0
        ? []
        : [
            `Only ${array.name} is read; the file also has ${others.map(({ name }) => name).join(", ")}.`,
          ],
  };
};
