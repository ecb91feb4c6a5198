import { expect, test } from "vitest";
import { curvesOption } from "./curves";
import { madeUpRun } from "./madeUpRuns";
import { fixedScale } from "./scale";
import { lightTheme, printTheme } from "./theme";

interface Drawn {
  readonly type: string;
  readonly name: string;
  readonly color?: string;
  readonly symbol: string;
  readonly symbolSize: number | ((value: unknown, at: { dataIndex: number }) => number);
  readonly showSymbol: boolean;
  readonly data: readonly unknown[];
}

const quantities = Array.from({ length: 20 }, (_, q) => ({ id: `q${q}` }));

/** Twenty curves of as many points as are asked for. */
function drawn(points: number, theme = lightTheme): Drawn[] {
  const run = madeUpRun("conservation", 2, {}, { quantities }, {});
  const option = curvesOption(
    run,
    theme,
    {},
    {
      xs: Array.from({ length: points }, (_, k) => k),
      xAxis: { name: "step k", scale: fixedScale(0, points) },
      yAxis: { name: "value", scale: fixedScale(0, 20) },
      sets: [{ name: "network", dash: "solid", values: (q, k) => [q + k / points] }],
    },
  ) as unknown as { series: Drawn[] };
  return option.series.filter(({ type, data }) => type === "line" && data.length === points);
}

test("of twenty curves no two have both colour and shape in common", () => {
  for (const theme of [lightTheme, printTheme]) {
    const looks = drawn(50, theme).map(({ color, symbol }) => `${color} ${symbol}`);
    expect(looks).toHaveLength(20);
    expect(new Set(looks).size).toBe(20);
  }
});

test("beyond the first eight a long curve carries its shape at about every eighth part", () => {
  const curves = drawn(80);
  for (const [q, { showSymbol, symbolSize }] of curves.entries()) {
    expect(showSymbol).toBe(q >= 8);
    if (q < 8) continue;
    if (typeof symbolSize === "number") throw new Error("every point is marked");
    const marks = Array.from({ length: 80 }, (_, dataIndex) => symbolSize(null, { dataIndex }));
    expect(marks.filter((size) => size > 0)).toHaveLength(8);
  }
});
