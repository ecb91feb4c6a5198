/** Small shapes that tell quantities apart, so that colour can stay with the group element. */

export type Symbol = "circle" | "diamond" | "triangle" | "rect";

/** In the order in which quantities take them. */
export const symbols: readonly Symbol[] = ["circle", "diamond", "triangle", "rect"];

/** A shape of about equal area for every symbol, as an element of an ECharts custom series. */
export function drawSymbol(
  symbol: Symbol,
  x: number,
  y: number,
  radius: number,
  style: { readonly fill: string; readonly stroke: string; readonly lineWidth: number },
): { type: "circle" | "polygon"; shape: Record<string, unknown>; style: typeof style } {
  if (symbol === "circle") return { type: "circle", shape: { cx: x, cy: y, r: radius }, style };
  const d = radius * 1.3;
  const corners: Record<Exclude<Symbol, "circle">, [number, number][]> = {
    diamond: [
      [x, y - d],
      [x + d, y],
      [x, y + d],
      [x - d, y],
    ],
    triangle: [
      [x, y - d],
      [x + d, y + d * 0.8],
      [x - d, y + d * 0.8],
    ],
    rect: [
      [x - radius, y - radius],
      [x + radius, y - radius],
      [x + radius, y + radius],
      [x - radius, y + radius],
    ],
  };
  return { type: "polygon", shape: { points: corners[symbol] }, style };
}
