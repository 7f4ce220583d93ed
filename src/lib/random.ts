/** A number in [0, 1). Randomness is passed in, so that a test can repeat it. */
export type Random = () => number;
