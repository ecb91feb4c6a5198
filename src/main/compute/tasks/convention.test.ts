import { describe, expect, test } from "vitest";
import { showImage, signedPermutations } from "../../../shared/groups/element";
import { checkConvention } from "../../fields/conventionCheck";
import {
  ambiguous,
  compressible,
  incompressible,
  simulatedCase,
  stored,
  waysOf,
} from "../testing/conventionCases";

// All of them, of several seeds: bench/data.detective.ts.
const chosen = [incompressible(40)[2]!, incompressible(50)[8]!, compressible(40)[5]!];

describe.each(chosen.map((one) => [`${one.system} ${JSON.stringify(one.set)}`, one] as const))(
  "%s",
  (_, simulated) => {
    const flow = simulatedCase(simulated);
    test.each(
      signedPermutations.map((mixing) => [showImage(mixing, ["vx", "vy"]), mixing] as const),
    )("stored as %s is read as that and nothing else", (name, mixing) => {
      const { before, after, shape, fields, grid } = stored(flow, mixing);
      const report = checkConvention(before, shape, fields, grid, after);
      expect(report.rows.filter(({ possible }) => possible).map((row) => row.name)).toEqual([name]);
      expect(report.verdict).toBe(name === "(vx, vy)" ? "fits" : "other-fits-better");
    });
  },
);

test.each(ambiguous(60).map((one) => [one.name, one] as const))(
  "%s tells nothing, however it is stored",
  (_, one) => {
    for (const mixing of waysOf(one)) {
      const { before, after, shape, fields, grid } = stored(one, mixing);
      expect(checkConvention(before, shape, fields, grid, after).verdict).toBe("cannot-tell");
    }
  },
);
