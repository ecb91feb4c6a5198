/** How what a run found is told: pairs of a name and a text, with numbers as the host writes them. */

/** A name and what there is to say, in the order in which it is read. */
export type Facts = [string, string][];

/** A number as text; NaN is a dash. */
export type ShowNumber = (value: number) => string;
