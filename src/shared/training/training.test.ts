import { describe, expect, test } from "vitest";
import { checkCheckpoints, checkpointEpochs, checkpointName } from "./checkpoints";
import { resumable, trainingParameters } from "./parameters";
import { checkSeeds, folderOfSeed, parseSeeds } from "./seeds";
import { defaultsOf, parseParameters } from "../parameters";

describe("checkpoints", () => {
  test("are dense at first, then each half as far again, with the last", () => {
    expect(checkpointEpochs("auto", 50)).toEqual([0, 1, 2, 3, 5, 8, 12, 18, 27, 41, 50]);
  });

  test.each([
    ["all", 3, [0, 1, 2, 3]],
    ["4", 10, [0, 4, 8, 10]],
    ["0, 2,7,99", 7, [0, 2, 7]],
  ])("by %s of %d epochs are %j", (choice, last, epochs) => {
    expect(checkCheckpoints(choice)).toBeNull();
    expect(checkpointEpochs(choice, last)).toEqual(epochs);
  });

  test.each(["", "often", "1,", "-1", "1.5"])("“%s” is no choice", (choice) => {
    expect(checkCheckpoints(choice)).toContain("auto");
  });

  test("have names that sort as they come", () => {
    expect(checkpointName(3)).toBe("epoch-0003.safetensors");
  });
});

describe("seeds", () => {
  test("several have a folder each, one has the training’s", () => {
    expect(parseSeeds("0, 7,12")).toEqual([0, 7, 12]);
    expect(folderOfSeed(7, [0, 7])).toBe("seed-7");
    expect(folderOfSeed(7, [7])).toBe("");
  });

  test.each(["", "a", "1,1", "1,01", "-1", "0.5"])("“%s” is no list of seeds", (text) => {
    expect(checkSeeds(text)).not.toBeNull();
  });
});

test("the defaults are what they say they take", () => {
  const defaults = defaultsOf(trainingParameters);
  expect(parseParameters(trainingParameters, defaults)).toEqual(defaults);
  for (const name of resumable) expect(trainingParameters).toHaveProperty(name);
});
