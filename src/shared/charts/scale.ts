/** Axes of figures: rounded ticks, and logarithmic axes on which exact zeros have a place of their own. */
import { raised } from "./elements";

/** How one axis places values. `place` gives the axis coordinate, which is the logarithm on a logarithmic axis. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  /** In axis coordinates. */
  readonly ticks: readonly number[];
  /** Label of a tick, from its axis coordinate. */
  label(coordinate: number): string;
  /** Axis coordinate of a value; NaN where it has none. */
  place(value: number): number;
  /** Where the axis is broken between a row for exact zeros and its logarithmic part. */
  readonly breakAt?: number;
}

/** Least and greatest finite value; null without any. */
export function extent(values: Iterable<number>): [number, number] | null {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min > max ? null : [min, max];
}

/** A tick distance of 1, 2 or 5 times a power of ten that makes at most `count` steps over `width`. */
function step(width: number, count: number): number {
  const power = 10 ** Math.floor(Math.log10(width / count));
  const factor = [1, 2, 5, 10].find((multiple) => (multiple * power * count) / width >= 1 - 1e-9)!;
  return factor * power;
}

/** Multiples of `distance` within [min, max], free of rounding dust. */
function multiples(min: number, max: number, distance: number): number[] {
  const first = Math.ceil(min / distance - 1e-9);
  const last = Math.floor(max / distance + 1e-9);
  const decimals = Math.max(0, Math.ceil(-Math.log10(distance)));
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * distance).toFixed(Math.min(decimals + 1, 100))),
  );
}

/** A minus sign that has the width of a plus, as print wants it. */
function typeset(text: string): string {
  return text.replace("-", "−");
}

/**
 * A value to three significant digits, in powers of ten where it is long: 0.0123, 1.2·10⁻⁷.
 * NaN, which is a value that could not be formed, is a dash.
 */
export function showNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -3 && exponent < 5) return typeset(String(Number(value.toPrecision(digits))));
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  return `${typeset(String(Number(mantissa)))}·10${raised(Number(power))}`;
}

/** Below this a tick would need more decimals than toFixed writes. */
const TINY = 1e-90;

/** Empty space beyond the outermost values, as a share of their range. */
const PADDING = 0.05;

/** Linear over the values and whatever must be included, with a little space beyond. */
export function linearScale(values: Iterable<number>, include: readonly number[] = []): Scale {
  const [low, high] = extent([...values, ...include]) ?? [0, 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  // A difference that is rounding only is none.
  const width = high - low > Math.max(TINY, 1e-9 * size) ? high - low : size > TINY ? size : 1;
  return fixedScale(low - PADDING * width, high + PADDING * width);
}

/** Linear over exactly [min, max], with ticks inside. */
export function fixedScale(min: number, max: number, count = 5): Scale {
  return {
    min,
    max,
    ticks: multiples(min, max, step(max - min || 1, count)),
    label: (value) => showNumber(value, 4),
    place: (value) => value,
  };
}

const MOST_DECADES_BETWEEN_LABELS = 5;

/**
 * Logarithmic over the positive values. Where a value is exactly zero, a break and a row labelled 0 are added
 * below the least positive one, so that an exact symmetry is seen and not dropped. Negative values have no place.
 */
export function logScale(values: Iterable<number>, include: readonly number[] = []): Scale {
  const all = [...values, ...include];
  const positive = extent(all.filter((value) => value > 0));
  const zeros = all.some((value) => value === 0);
  if (positive === null) return onlyZero;
  const [low, high] = positive;
  const [least, greatest] = [Math.log10(low), Math.log10(high)];
  const pad = Math.max(0.05, 0.04 * (greatest - least));
  const decades = Math.ceil(greatest) - Math.floor(least);
  const narrow = greatest - least < 1.2;
  let bottom = narrow ? least - pad : Math.min(Math.floor(least + 1e-9), least - pad);
  const top = narrow ? greatest + pad : Math.max(Math.ceil(greatest - 1e-9), greatest + pad);
  const every = Math.max(1, Math.ceil(decades / MOST_DECADES_BETWEEN_LABELS));
  const powers = range(Math.floor(least) - 1, Math.ceil(greatest) + 1);
  const within = (tick: number): boolean => tick >= bottom - 1e-9 && tick <= top + 1e-9;
  const ticks = (
    narrow ? denseTicks(powers, bottom, top) : powers.filter((power) => power % every === 0)
  ).filter(within);
  const floor = bottom - (narrow ? 0.35 * (top - bottom) : Math.max(0.5, 0.12 * (top - bottom)));
  const breakAt = (bottom + floor) / 2;
  if (zeros) {
    ticks.unshift(floor);
    bottom = floor - 0.3 * (bottom - floor);
  }
  // Decimals as long as all labels are short: within a decade 0.0005 beside 0.002, over many 0.01 at the least.
  const [smallest, largest] = narrow ? [-4.5, 4.5] : [-2.5, 3.5];
  const plain = ticks.every((tick) => tick === floor || (tick > smallest && tick < largest));
  return {
    min: bottom,
    max: top,
    ticks,
    label: (power) => (zeros && Math.abs(power - floor) < 1e-6 ? "0" : showPower(power, plain)),
    place: (value) => (value > 0 ? Math.log10(value) : value === 0 ? floor : NaN),
    ...(zeros ? { breakAt } : {}),
  };
}

/** Where nothing is positive there is one row, for exact zeros. */
const onlyZero: Scale = {
  min: -1,
  max: 1,
  ticks: [0],
  label: () => "0",
  place: (value) => (value === 0 ? 0 : NaN),
};

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Digits that ticks within a decade have, from few to many. */
const digits = [
  [1, 2, 5],
  [1, 2, 3, 5],
  [1, 1.5, 2, 3, 5, 7],
  [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
] as const;

/** How far an axis may go on beyond its outermost label, as a share of its length. */
const UNLABELLED = 0.2;

/**
 * Within about a decade powers of ten are too few: 1, 2, 5 times them, more digits where an end of the axis would be
 * far from any label, and where even those are few, round numbers; where none is near both ends, the nearest.
 */
function denseTicks(powers: readonly number[], bottom: number, top: number): number[] {
  const sets = digits.map((factors) =>
    powers
      .flatMap((power) => factors.map((factor) => Math.log10(factor) + power))
      .filter((tick) => tick >= bottom && tick <= top),
  );
  const round = [6, 9, 12].map((count) =>
    fixedScale(10 ** bottom, 10 ** top, count).ticks.map(Math.log10),
  );
  const bare = (ticks: readonly number[]): number =>
    Math.max((ticks[0] ?? top) - bottom, top - (ticks.at(-1) ?? bottom));
  const all = [...sets, ...round];
  return (
    all.find((ticks) => ticks.length > 2 && bare(ticks) <= UNLABELLED * (top - bottom)) ??
    all.reduce((best, ticks) => (bare(ticks) < bare(best) ? ticks : best))
  );
}

/** 10^power as a tick label: 0.01, 1, 200 where all labels of the axis are so short, else 10⁻⁶ and 2·10⁻⁶. */
function showPower(power: number, plain: boolean): string {
  const value = Number((10 ** power).toPrecision(4));
  if (plain || value === 1) return String(value);
  const exponent = Math.floor(power + 1e-6);
  const mantissa = Number((10 ** (power - exponent)).toPrecision(4));
  if (exponent === 0) return String(mantissa);
  return mantissa === 1 ? `10${raised(exponent)}` : `${mantissa}·10${raised(exponent)}`;
}
