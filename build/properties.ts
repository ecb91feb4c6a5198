/**
 * Property tests draw other cases at every run, so that they keep looking. Where the answer must be the same for the same
 * commit, PROPERTY_SEED fixes what they draw.
 */
import fc from "fast-check";

const seed = process.env["PROPERTY_SEED"];
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
