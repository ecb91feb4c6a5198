/**
 * Conserved quantities along rollouts of the network, beside the data's own, with and without repair. Integrals are
 * ΔV·Σ f over the grid of the data, in the data's units.
 */
import type { ConservationParameters, Repair } from "../../../shared/analyses/conservation";
import { UserError } from "../../../shared/errors";
import { chooseQuantities, parseCoefficients } from "../../../shared/physics/choose";
import { namesIn, parseIntegrands } from "../../../shared/physics/integrand";
import type { Quantity } from "../../../shared/physics/quantity";
import { checkIntegrand } from "../../physics/integrals";
import { layoutOf, MASS, type Layout } from "../../physics/layout";
import { hasWalls, type WallRule } from "../../physics/walls";
import type {
  AnalysisResult,
  Computation,
  ReportProgress,
  StatesContext,
  StatesPlace,
} from "../context";
import { activationSize, checkSamples, sampleNetwork } from "../network";
import { nextInput, type NextInput } from "../nextInput";
import { nameOfSample } from "../orbit";
import { Predictions } from "../predictions";
import { RUN_BYTES, samplesPerRun } from "../samples";
import { arraysOf } from "./arrays";
import { balances, ratesOf } from "./balance";
import { candidatesOf } from "./candidates";
import { stepIncrements } from "./increments";
import { layerChanges } from "./layers";
import { noticesOf } from "./notices";
import { inventedInvariants } from "./invented";
import { emptyNumbers, firstQuantities, Meter, type RolloutNumbers } from "./numbers";
import { repaired } from "./repair";
import { rollOut, type Rollouts } from "./rollout";
import { scalesOf, spreadsOf, summaryOf } from "./summary";
import { verifyValues } from "./verify";

export const conservation: Computation<ConservationParameters, StatesContext> = {
  compute,
  acting(place, input, output, params) {
    const following = nextOf(place, input, output, params.steps);
    return quantitiesOf(placeOfStates(place, following), output, params).map(({ id }) => id);
  },
  estimate: (info, { steps, repair, increments }) => {
    const kinds = repair === "none" ? 1 : repair === "group-average" ? 9 : 2;
    const passes = info.samples * steps * kinds + increments;
    return {
      passes,
      memoryBytes: 8 * info.outputSize * info.samples + RUN_BYTES,
      flops: 2 * info.work * passes,
    };
  },
  runs: ({ samples, activations }, { steps, repair, increments }) => {
    const width = samplesPerRun(samples, activations);
    const kinds = repair === "none" ? 1 : repair === "group-average" ? 9 : 2;
    const blocks = Math.ceil(samples / width);
    return [
      {
        program: "forward",
        width,
        count: blocks * steps * kinds + Math.ceil(increments / width),
      },
    ];
  },
};

function layoutFor(
  shape: readonly number[],
  { fields, grid }: Pick<StatesPlace, "fields" | "grid">,
  { split, masses, walls }: ConservationParameters,
): Layout {
  return layoutOf(shape, grid, fields, { split, masses, walls: walls as WallRule });
}

/** @throws UserError "conservation/…", "formula/syntax" for a quantity that these states do not have */
function quantitiesOf(
  { fields, grid }: StatesPlace,
  shape: readonly number[],
  params: ConservationParameters,
): readonly Quantity[] {
  const layout = layoutFor(shape, { fields, grid }, params);
  const axes = layout.grid?.size.length ?? 0;
  const masses = layout.constants.has(MASS) ? MASS : null;
  const quantities = chooseQuantities(params, layout.fields, layout.channels, axes, masses);
  const coefficients = parseCoefficients(params.coefficients, params.physics);
  for (const { integrand } of quantities) checkIntegrand(integrand, layout, coefficients);
  const typed = new Set(parseIntegrands(params.own).map(({ name }) => name));
  return quantities.map((quantity) => {
    const { rate, flux, ...integral } = quantity;
    const terms = [...(rate === undefined ? [] : [rate]), ...(flux ?? [])];
    // The catalogue names coefficients (a viscosity) that nobody needs to know; who typed a balance is told.
    if (!typed.has(quantity.id)) {
      const stated = terms.every(({ term }) => namesIn(term).every(isKnown(layout, coefficients)));
      const walls = hasWalls(layout.grid);
      // Between walls what only the inside says would be blamed for what flows through them.
      if (!stated || (walls && flux === undefined)) return integral;
      if (walls) return quantity;
      return rate === undefined ? integral : { ...integral, rate };
    }
    if (flux !== undefined && flux.length !== axes) {
      throw new UserError(
        "conservation/flux",
        `The flux of ${quantity.id} has ${flux.length} ${flux.length === 1 ? "component" : "components"}, but the grid has ${axes} ${axes === 1 ? "axis" : "axes"}.`,
        { where: "own", todo: "Write one a direction, x first, like flux (rho*vx, rho*vy)." },
      );
    }
    for (const term of terms) checkIntegrand(term, layout, coefficients);
    return quantity;
  });
}

function isKnown(
  { names, constants }: Layout,
  coefficients: Readonly<Record<string, number>>,
): (name: string) => boolean {
  return (name) => names.has(name) || constants.has(name) || Object.hasOwn(coefficients, name);
}

/** @throws UserError "conservation/not-a-step", "rollout/conditions" */
function nextOf(
  { feeding }: StatesPlace,
  input: readonly number[],
  output: readonly number[],
  steps: number,
): NextInput {
  const next = nextInput(input, output, feeding, steps);
  if (next !== null) return next;
  throw new UserError(
    "conservation/not-a-step",
    `The model maps [${input.join(", ")}] to [${output.join(", ")}], so its output is no next state to go on from.`,
    { where: "model", todo: "Take a model that predicts the whole state." },
  );
}

/** What the states are that predictions follow: of an input with more in it, those that come out. */
function placeOfStates<P extends StatesPlace>(place: P, { whole }: NextInput): P {
  return whole ? place : { ...place, fields: place.outputFields };
}

async function compute(
  context: StatesContext,
  params: ConservationParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { model, executor, input, target, samples } = context;
  const { steps } = params;
  const network = sampleNetwork(model);
  checkSamples(network, input, target, (i) => nameOfSample(samples[i]!));
  const shape = network.prediction.shape.slice(1);
  const following = nextOf(context, input.shape.slice(1), shape, steps);
  const place = placeOfStates(context, following);
  const quantities = quantitiesOf(place, shape, params);
  const layout = layoutFor(shape, place, params);
  const coefficients = parseCoefficients(params.coefficients, params.physics);
  const mended = repaired(
    network,
    {
      repair: params.repair as Repair,
      repairFields: params["repair-fields"],
      averageOver: params["average-over"],
    },
    following.whole ? context : { ...context, within: { following, fields: place.fields } },
  );
  const n = samples.length;
  const candidates = candidatesOf(params.invariants, layout, shape);
  const rates = ratesOf(quantities);
  const sets = [
    { quantities: [...quantities, ...rates], layout },
    ...(candidates === null ? [] : [candidates]),
  ];
  const meter = new Meter(sets, coefficients, n, steps);
  // Single steps and their verification are of the quantities only.
  const named = new Meter([{ quantities, layout }], coefficients, n, steps);
  progress({ fraction: 0, stage: "Preparing the network" });
  const chunk = samplesPerRun(n, activationSize(mended));
  const steppers = {
    model: await Predictions.compile(executor, model, network, chunk),
    repaired: mended === network ? null : await Predictions.compile(executor, model, mended, chunk),
  };
  const kinds = steppers.repaired === null ? 1 : 2;
  const runs =
    Math.ceil(n / chunk) * steps * kinds + Math.ceil(params.increments / Math.min(n, chunk));
  let done = 0;
  const before = (stage: string): void => {
    signal.throwIfAborted();
    progress({ fraction: Math.min(0.99, done++ / runs), stage });
  };
  const empty = () => emptyNumbers(meter.quantities.length, n, steps);
  const rollouts: Rollouts = {
    model: empty(),
    repaired: steppers.repaired === null ? null : empty(),
    reference: empty(),
  };
  await rollOut(context, following, steppers, meter, rollouts, steps, chunk, (k) => {
    before(`Step ${k} of ${steps}`);
  });
  const increments =
    params.increments === 0
      ? null
      : await stepIncrements(
          context,
          following,
          steppers.model,
          named,
          params.increments,
          steps,
          () => {
            before("Single steps from the data");
          },
        );
  await Promise.all([steppers.model.dispose(), steppers.repaired?.dispose()]);
  const spreads = spreadsOf(rollouts.model, quantities.length, n, steps);
  const scales = scalesOf(meter, spreads, params["relative-to"] as "size" | "spread");
  context.notices.push(...noticesOf(context, rollouts, quantities, steps));
  const first = (numbers: RolloutNumbers): RolloutNumbers =>
    firstQuantities(numbers, quantities.length, n, steps);
  const followed: Rollouts = {
    model: first(rollouts.model),
    repaired: rollouts.repaired === null ? null : first(rollouts.repaired),
    reference: first(rollouts.reference),
  };
  const rest = (numbers: RolloutNumbers): Float64Array =>
    numbers.value.subarray((quantities.length + rates.length) * n * (steps + 1));
  const invented =
    candidates === null
      ? null
      : inventedInvariants(
          candidates.quantities,
          {
            model: rest(rollouts.model),
            reference: rest(rollouts.reference),
            repaired: rollouts.repaired === null ? null : rest(rollouts.repaired),
          },
          quantities,
          followed.model.value,
          n,
          steps,
        );
  context.notices.push(...(invented?.notices ?? []));
  const balance = balances(rollouts, quantities, n, steps, context.dt, scales);
  const layers =
    params.layers === 0
      ? null
      : await layerChanges(
          context,
          network,
          following,
          named,
          scales,
          params.layers,
          signal,
          progress,
        );
  const verified =
    params.verify === 0
      ? {}
      : {
          verified: await verifyValues(
            context,
            network,
            named,
            rollouts.model,
            scales,
            steps,
            { entries: params.verify, seed: params.seed },
            signal,
            progress,
          ),
        };
  return {
    summary: {
      ...summaryOf(context, params, quantities, followed, scales, spreads, increments),
      ...(balance === null ? {} : { balances: balance.summary }),
      ...(invented === null ? {} : { invariants: invented.summary }),
      ...(layers === null ? {} : { layers: layers.summary }),
      ...verified,
    },
    arrays: {
      ...arraysOf(followed, scales, spreads, increments, n, steps, context.dt),
      ...balance?.arrays,
      ...invented?.arrays,
      ...layers?.arrays,
    },
  };
}
