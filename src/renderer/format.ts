/** Numbers, sizes and times as people read them: three significant digits, thin spaces, "4 min left". */

const THIN = "\u2009";

/** Up to three significant digits; powers of ten beyond 10⁴ and below 10⁻³; a dash where there is no number. */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e4 || size < 1e-3) {
    const [mantissa = "", exponent = ""] = value.toExponential(digits - 1).split("e");
    return `${minus(String(Number(mantissa)))}·10${superscript(Number(exponent))}`;
  }
  return minus(String(Number(value.toPrecision(digits))));
}

/** Whole numbers with thin spaces between thousands. */
export function formatCount(value: number): string {
  return minus(
    Math.round(value)
      .toString()
      .replace(/\B(?=(\d{3})+$)/g, THIN),
  );
}

/** "1 sample", "12 samples". */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? size : Number(size.toPrecision(3))}${THIN}${units[unit]}`;
}

/** "under 1 s", "12 s", "4 min", "2 h 10 min". */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `under 1${THIN}s`;
  if (seconds < 90) return `${Math.round(seconds)}${THIN}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes}${THIN}min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours}${THIN}h` : `${hours}${THIN}h ${minutes % 60}${THIN}min`;
}

export function formatTimeLeft(seconds: number | null): string {
  return seconds === null ? "" : `${formatSeconds(seconds)} left`;
}

/** Date and time of day, in the reader's own manner. */
export function formatMoment(iso: string): string {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime())
    ? iso
    : moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** "now", "5 min ago", "3 h ago", "2 days ago", then the date. */
export function formatAgo(iso: string, now: number): string {
  const moment = new Date(iso);
  const minutes = Math.floor((now - moment.getTime()) / 60_000);
  if (Number.isNaN(minutes)) return "";
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes}${THIN}min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}${THIN}h ago`;
  const days = Math.floor(minutes / (24 * 60));
  if (days < 7) return days === 1 ? "1 day ago" : `${days} days ago`;
  return moment.toLocaleDateString(undefined, { dateStyle: "medium" });
}

export function formatShape(shape: readonly (number | null)[], names?: readonly string[]): string {
  return shape
    .map(
      (extent, axis) => `${names?.[axis] === undefined ? "" : `${names[axis]} `}${extent ?? "any"}`,
    )
    .join(" × ");
}

/** The last part of a path, of either kind of machine. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

function minus(text: string): string {
  return text.replace("-", "−");
}

function superscript(value: number): string {
  return [...String(value)]
    .map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)]))
    .join("");
}
