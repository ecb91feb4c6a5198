import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { coherenceFigures } from "../../shared/charts/coherence";
import { coherenceRun } from "../../shared/charts/madeUpRuns";
import { exportFigure, figureFormats } from "./export";
import { identifyFigure } from "./identify";

const run = coherenceRun(4);
const figure = coherenceFigures[0]!;
// Letters that need escaping in every format.
const study = '/home/Änne/„D4“ & <so>"/study';
const files = new Map<string, Uint8Array>();

beforeAll(async () => {
  for (const format of figureFormats) {
    files.set(
      format,
      await exportFigure({
        run,
        figure,
        view: { element: "r2" },
        format,
        widthMm: 40,
        theme: "print",
        study,
      }),
    );
  }
});

describe.each(figureFormats)("an exported %s", (format) => {
  test("says which run made it, whatever its name", async () => {
    const record = await identifyFigure(files.get(format)!, "renamed.bin");
    expect(record).toMatchObject({
      run: run.record.id,
      analysis: "coherence",
      figure: "by-element",
      study,
      view: { element: "r2" },
      parameters: run.record.parameters,
      model: { name: "unet.onnx", sha256: run.record.model!.sha256 },
      data: { samplesSha256: run.record.data.samplesSha256 },
    });
  });

  test("does not tell where files lie, apart from the study", () => {
    expect(Buffer.from(files.get(format)!).includes("/data/unet.onnx")).toBe(false);
  });

  test("of a run that is in no study says in which folder the run lies", async () => {
    const bytes = await exportFigure({
      run,
      figure,
      view: {},
      format,
      widthMm: 40,
      theme: "print",
      folder: "/runs/first",
    });
    expect(await identifyFigure(bytes, "x")).toMatchObject({ study: null, folder: "/runs/first" });
  });

  test("that is damaged is identified or not, but never an error", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
          maxLength: 8,
        }),
        async (cut, changes) => {
          const whole = files.get(format)!;
          const bytes = whole.slice(0, Math.ceil(cut * whole.length));
          for (const [place, value] of changes)
            bytes[Math.floor(place * (bytes.length - 1))] = value;
          const record = await identifyFigure(bytes, "damaged");
          expect(record === null || record.program === "noetherscope").toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test.each([
  ["nothing", ""],
  ["text", "hello"],
  ["a PNG's first bytes", "\x89PNG\r\n\x1a\n"],
  ["a zip's first bytes", "PK\x03\x04"],
  ["another program's SVG", "<svg><metadata>{}</metadata></svg>"],
  ["a CSV with a record of something else", '# noetherscope: {"program":"other"}\n'],
])("%s is no figure of ours", async (_, bytes) => {
  expect(await identifyFigure(Buffer.from(bytes, "latin1"), "x")).toBeNull();
});
