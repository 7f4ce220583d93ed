/** A chart, or values for one, that Helm would refuse, or that goes beyond the limits. The message names files and keys, never values. */
export class ChartError extends Error {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'ChartError';
  }

  /** The same problem, with the place where it was found before it. */
  within(place: string): ChartError {
    return new ChartError(`${place}: ${this.message}`, { cause: this });
  }
}
