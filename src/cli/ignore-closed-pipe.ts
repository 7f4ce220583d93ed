/** A stream of this process that is written to. */
interface Written {
  readonly on: (event: 'error', listener: (error: Error) => void) => unknown;
}

/**
 * Lets whoever reads our output go away, as `head` does: what is printed then goes nowhere, and work goes on to its end. Any other
 * failure to print is thrown, as without a listener.
 */
export function ignoreClosedPipe(...streams: readonly Written[]): void {
  for (const stream of streams) {
    stream.on('error', (error) => {
      if (!('code' in error) || error.code !== 'EPIPE') throw error;
    });
  }
}
