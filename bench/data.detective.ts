/**
 * The convention check against flows whose convention is known: ten incompressible and ten compressible data sets of the
 * simulators, each with its components stored in all eight ways, and ten that tell nothing.
 *
 *     npx tsx bench/data.detective.ts [--seed 1]
 */
import { parseArgs } from "node:util";
import { showImage, signedPermutations } from "../src/shared/groups/element";
import {
  ambiguous,
  compressible,
  incompressible,
  simulatedCase,
  stored,
  waysOf,
} from "../src/main/compute/testing/conventionCases";
import { checkConvention } from "../src/main/fields/conventionCheck";

const { values } = parseArgs({ options: { seed: { type: "string", default: "1" } } });
const seed = Number(values.seed);

let [right, of] = [0, 0];
for (const [kind, list] of [
  ["incompressible", incompressible(seed)],
  ["compressible", compressible(seed)],
] as const) {
  // prettier-ignore
  for (const simulated of list) {
    const one = simulatedCase(simulated);
    const wrong: string[] = [];
    const start = performance.now();
    let scores = "";
    for (const mixing of signedPermutations) {
      const { before, after, shape, fields, grid } = stored(one, mixing);
      const report = checkConvention(before, shape, fields, grid, after);
      const found = report.rows.filter(({ possible }) => possible).map(({ name }) => name);
      const name = showImage(mixing, ["vx", "vy"]);
      of++;
      if (found.length === 1 && found[0] === name) right++;
      else wrong.push(`${name}→${report.verdict} ${found.length}`);
      if (name === "(vx, vy)") scores = (report.evidence ?? []).map((e) => `${e.name}: ${e.scores.map((s) => s.toFixed(3)).join(" ")}`).join("\n      "); // prettier-ignore
    }
    const ms = (performance.now() - start) / 8;
    console.log(`${kind.padEnd(15)} ${one.name}: ${wrong.length === 0 ? "8 of 8" : `wrong at ${wrong.join("; ")}`}, ${ms.toFixed(0)} ms`); // prettier-ignore
    if (wrong.length > 0) console.log(`      ${scores}`);
  }
}
let silent = 0;
const unclear = ambiguous(seed);
for (const one of unclear) {
  const verdicts = waysOf(one).map((mixing) => {
    const { before, after, shape, fields, grid } = stored(one, mixing);
    return checkConvention(before, shape, fields, grid, after).verdict;
  });
  const quiet = verdicts.every((verdict) => verdict === "cannot-tell");
  if (quiet) silent++;
  console.log(`ambiguous       ${one.name}: ${quiet ? "silent" : verdicts.join(" ")}`);
}
console.log(`right ${right} of ${of}; silent on ${silent} of ${unclear.length}`);
