/** What each array of a coherence result is. */

interface ArrayShape {
  readonly shape: readonly number[];
  readonly axes: readonly string[];
  readonly unit: string;
  readonly description: string;
}

/** For G elements, n samples of a batch and s steps of a sweep. */
export function describeArrays(
  elements: number,
  n: number,
  steps: number,
): Record<string, ArrayShape> {
  const matrix = (description: string, unit: string): ArrayShape => ({
    shape: [elements, n, n],
    axes: ["element", "transformed sample", "sample"],
    unit,
    description,
  });
  const column = (description: string, unit: string): ArrayShape => ({
    shape: [elements, n],
    axes: ["element", "sample"],
    unit,
    description,
  });
  const sweep = (description: string): ArrayShape => ({
    shape: [steps, elements, n],
    axes: ["sweep", "element", "sample"],
    unit: "1",
    description,
  });
  return {
    influence: matrix("Influence of x_j on g·x_i in the chosen metric", "loss²"),
    gram: matrix("⟨∇ℓ(g·x_i), ∇ℓ(x_j)⟩", "loss²"),
    metric: matrix("⟨J∇ℓ(g·x_i), J∇ℓ(x_j)⟩/(nD), J the Jacobian at all n samples", "loss²"),
    gram_x: {
      shape: [n, n],
      axes: ["sample", "sample"],
      unit: "loss²",
      description: "⟨∇ℓ(x_i), ∇ℓ(x_j)⟩",
    },
    gram_self: column("‖∇ℓ(g·x_i)‖²", "loss²"),
    self_influence: column("Influence of g·x_i on itself", "loss²"),
    self_influence_x: column("Influence of x_i on itself, in that element's span", "loss²"),
    cosine: matrix(
      "Influence over the root of both self terms; NaN where one is not positive",
      "1",
    ),
    influence_error: matrix(
      "Estimated error of the influence by rounding, two deviations",
      "loss²",
    ),
    cosine_error: matrix("The same of the cosine, absolute", "1"),
    euclidean_cosine: matrix("Cosine of ∇ℓ(g·x_i) and ∇ℓ(x_j)", "1"),
    excess: column("Cosine of g·x_i and x_i less its mean over unrelated samples", "1"),
    energy_kept: {
      shape: [elements, 2],
      axes: ["element", "side"],
      unit: "1",
      description: "Fraction of the squared gradients within the span, of x and of g·x",
    },
    loss: column("ℓ(g·x_i)", "loss"),
    relative_loss: column("ℓ(g·x_i)/ℓ(x_i)", "1"),
    equivariance_error: column("‖f(g·x_i) − g·f(x_i)‖/‖g·f(x_i)‖", "1"),
    sweep_cosine: sweep("Diagonal of the cosine at each step; NaN where the sample takes no part"),
    sweep_euclidean: sweep("Diagonal of the Euclidean cosine, for the same samples"),
  };
}
