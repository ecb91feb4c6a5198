import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FigureDefinition } from "../../shared/charts/figure";
import { analyses } from "../../shared/analyses";
import { coherenceFigures } from "../../shared/charts/coherence";
import {
  coherenceRun,
  equivarianceRun,
  landscapeTrainingRun,
} from "../../shared/charts/madeUpRuns";
import { lightTheme } from "../../shared/charts/theme";
import type { RunResult } from "../../shared/run";
import { openArrays } from "../data/npz";
import { exportFigure, figureFormats, type FigureFormat } from "./export";

const run = coherenceRun(8);
const byElement = coherenceFigures[0]!;
const view = { element: "r2", subgroup: "e,r2,sr,sr3" };

function exported(format: FigureFormat, widthMm = 85): Promise<Uint8Array> {
  return exportFigure({ run, figure: byElement, view, format, widthMm, theme: "print" });
}

async function text(format: FigureFormat, widthMm?: number): Promise<string> {
  return new TextDecoder().decode(await exported(format, widthMm));
}

function hasPoppler(): boolean {
  try {
    execFileSync("pdftotext", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "figures-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each(figureFormats)("the same figure gives the same %s bytes", async (format) => {
  expect(Buffer.from(await exported(format)).equals(Buffer.from(await exported(format)))).toBe(
    true,
  );
});

const everyFigure: [string, FigureDefinition, RunResult][] = [
  ["coherence", coherenceRun(8, "samples")] as const,
  ["equivariance", equivarianceRun(8, 3)] as const,
  ["landscape", landscapeTrainingRun(9)] as const,
].flatMap(([id, result]) =>
  analyses[id].figures.map((figure): [string, FigureDefinition, RunResult] => [
    `${id} ${figure.id}`,
    figure,
    result,
  ]),
);

/** What an option shows, without how it looks: scales, ticks and data. */
function shown(option: unknown): unknown {
  const { xAxis, yAxis, series } = JSON.parse(JSON.stringify(option)) as Record<string, unknown>;
  const scales = [xAxis, yAxis].flat().map((axis) => {
    const { min, max, name, axisLabel } = axis as {
      min: number;
      max: number;
      name: string;
      axisLabel: { customValues: number[] };
    };
    return { min, max, name, ticks: axisLabel.customValues };
  });
  const values = (series as { type: string; name?: string; data: unknown[] }[]).map(
    ({ type, name, data }) => ({
      type,
      name,
      data: data.map((item) => (Array.isArray(item) ? item : (item as { value: unknown }).value)),
    }),
  );
  return { scales, values };
}

test.each(everyFigure)(
  "%s is exported with the option that the window draws",
  async (_, figure, result) => {
    let drawn: unknown;
    const watched: FigureDefinition = {
      ...figure,
      option: (...inputs) => {
        drawn = figure.option(...inputs);
        return drawn as ReturnType<FigureDefinition["option"]>;
      },
    };
    const svg = await exportFigure({
      run: result,
      figure: watched,
      view,
      format: "svg",
      widthMm: 170,
      theme: "print",
    });
    expect(new TextDecoder().decode(svg)).toContain("<text");
    expect(shown(drawn)).toEqual(shown(figure.option(result, lightTheme, view)));
  },
);

describe("SVG", () => {
  test.each([85, 170])("is exactly %d mm wide", async (widthMm) => {
    expect(await text("svg", widthMm)).toMatch(
      new RegExp(
        `^<svg [^>]*width="${widthMm}mm" height="${widthMm * byElement.aspect}mm" viewBox="0 0 `,
      ),
    );
  });

  test("keeps its words as text in the paper's letters", async () => {
    const svg = await text("svg");
    // Nothing for a pointer in a file for paper.
    expect(svg).not.toMatch(/class=|<style|ecmeta/);
    for (const word of ["Gauss–Newton", "excess", "r²", "sr³", "D4 ∖ V4"])
      expect(svg).toContain(`>${word}</text>`);
  });
});

describe.runIf(hasPoppler())("PDF, read by poppler", () => {
  test("keeps its words as text, in an embedded font", async () => {
    const path = join(folder, "figure.pdf");
    await writeFile(path, await exported("pdf"));
    const words = execFileSync("pdftotext", [path, "-"], { encoding: "utf8" });
    for (const word of ["Gauss–Newton", "r²", "sr³"]) expect(words).toContain(word);
    const fonts = execFileSync("pdffonts", [path], { encoding: "utf8" })
      .trim()
      .split("\n")
      .slice(2);
    expect(fonts).toHaveLength(1);
    expect(fonts[0]).toMatch(/DejaVuSans.*TrueType.* yes yes yes/);
  });

  test("has a page of the figure's size", async () => {
    const path = join(folder, "page.pdf");
    await writeFile(path, await exported("pdf", 170));
    const [, width, height] = /Page size:\s+([\d.]+) x ([\d.]+)/.exec(
      execFileSync("pdfinfo", [path], { encoding: "utf8" }),
    )!;
    // pdfinfo prints two decimals of points.
    expect(Number(width)).toBeCloseTo((170 / 25.4) * 72, 1);
    expect(Number(height)).toBeCloseTo((170 / 25.4) * 72 * byElement.aspect, 1);
  });
});

describe("PNG", () => {
  test("has 300 dots an inch and says so", async () => {
    const png = Buffer.from(await exported("png"));
    expect(png.readUInt32BE(16)).toBe(Math.round((85 / 25.4) * 300));
    const at = png.indexOf("pHYs", 0, "latin1");
    expect(png.readUInt32BE(at + 4)).toBe(11811);
  });
});

describe("CSV", () => {
  test("has the arrays' own numbers, every digit", async () => {
    const lines = (await text("csv"))
      .trimEnd()
      .split("\n")
      .filter((line) => !line.startsWith("#"));
    expect(lines[0]).toBe(
      "element,sample,index,cosine,cosine_error,euclidean_cosine,excess,relative_loss",
    );
    const excess = lines.slice(1).map((line) => Number(line.split(",")[6]));
    expect(excess).toEqual([...(run.arrays.excess!.data as Float64Array)]);
  });

  test("leaves what is not defined empty", async () => {
    // r3, sample 2: its cosine is NaN in the made-up run.
    expect(await text("csv")).toMatch(/\nr3,2,6,,/);
  });
});

describe("npz", () => {
  test("has the arrays behind the figure and its table", async () => {
    const path = join(folder, "figure.npz");
    await writeFile(path, await exported("npz"));
    const file = await openArrays(path);
    try {
      expect(await file.arrays.get("cosine")!.read()).toEqual(run.arrays.cosine!.data);
      expect(await file.arrays.get("table.excess")!.read()).toEqual(run.arrays.excess!.data);
      expect(
        [...((await file.arrays.get("table.element")!.read()) as Int32Array)].slice(6, 10),
      ).toEqual([0, 0, 1, 1]);
    } finally {
      await file.close();
    }
  });
});

test("a figure that the run cannot fill is refused in a sentence", async () => {
  const sweep = coherenceFigures.find(({ id }) => id === "sweep")!;
  await expect(
    exportFigure({ run, figure: sweep, view, format: "svg", widthMm: 85, theme: "print" }),
  ).rejects.toMatchObject({ code: "figure/absent" });
});

test("a matrix too large for a rectangle a cell is one picture in every format", async () => {
  const large = coherenceRun(120);
  const matrix = coherenceFigures.find(({ id }) => id === "influence-matrix")!;
  const [svg, pdf, png] = await Promise.all(
    (["svg", "pdf", "png"] as const).map((format) =>
      exportFigure({ run: large, figure: matrix, view, format, widthMm: 85, theme: "print" }),
    ),
  );
  const drawing = new TextDecoder().decode(svg);
  expect(drawing.match(/<image /g)).toHaveLength(1);
  expect(drawing.match(/<path /g)!.length).toBeLessThan(100);
  expect(Buffer.from(pdf!).toString("latin1")).toContain("/Subtype /Image");
  // An empty frame compresses to a tenth of this.
  expect(png!.length).toBeGreaterThan(60_000);
});
