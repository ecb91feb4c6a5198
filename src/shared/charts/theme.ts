/** Colours, sizes and fonts of charts: one theme for the screen in light and dark, one for print. */

export interface ChartTheme {
  readonly name: "light" | "dark" | "print";
  readonly font: string;
  /** Sizes in the chart's own pixels; a print chart is laid out at 72 px an inch, so these are points there. */
  readonly fontSize: number;
  readonly lineWidth: number;
  /** What the chart itself paints behind everything. */
  readonly background: string;
  /** What lies behind the chart in the end: the colour of gaps and of boxes under labels. */
  readonly surface: string;
  readonly text: string;
  readonly quiet: string;
  readonly grid: string;
  /** Behind what is set apart: a subgroup's elements. */
  readonly shade: string;
  /** Behind what is picked. */
  readonly mark: string;
  /** In a fixed order: colour follows the group element everywhere. */
  readonly series: readonly string[];
  readonly animation: boolean;
}

/**
 * Okabe and Ito 2008, distinguishable with every common colour vision, the yellow darkened for white paper; then six
 * that are far from these and from each other in OKLab (Ottosson 2020), as seen with and without red and green.
 */
const onWhite = [
  ...["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#a39800", "#7f7f7f"],
  ...["#770022", "#8800ff", "#1100bb", "#114455", "#660088", "#665500"],
];

/** The same hues as far as they can be seen on black. */
const onBlack = [
  ...["#4ea8de", "#f08a45", "#2fc59a", "#e39cc4", "#f2b942", "#8fd0f5", "#fff36b", "#8c8c8c"],
  ...["#9900ee", "#337700", "#dd0077", "#5566aa", "#99ff22", "#9977ff"],
];

export const lightTheme: ChartTheme = {
  name: "light",
  font: "Inter, system-ui, sans-serif",
  fontSize: 12,
  lineWidth: 1.5,
  background: "transparent",
  surface: "#ffffff",
  text: "#1f2328",
  quiet: "#59636e",
  grid: "#e2e6ea",
  shade: "#f2f4f6",
  mark: "#dbeafe",
  series: onWhite,
  animation: false,
};

export const darkTheme: ChartTheme = {
  ...lightTheme,
  name: "dark",
  surface: "#15181c",
  text: "#e6e9ed",
  quiet: "#9aa4af",
  grid: "#323940",
  shade: "#1f242a",
  mark: "#1d3a5c",
  series: onBlack,
};

/** White, 8 pt sans, 0.5 pt lines. */
export const printTheme: ChartTheme = {
  ...lightTheme,
  name: "print",
  font: "DejaVu Sans",
  fontSize: 8,
  lineWidth: 0.5,
  background: "#ffffff",
  text: "#000000",
  quiet: "#333333",
  grid: "#d9d9d9",
  shade: "#f1f1f1",
};

export const themes = { light: lightTheme, dark: darkTheme, print: printTheme } as const;
