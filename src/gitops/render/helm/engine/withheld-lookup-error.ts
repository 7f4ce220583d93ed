import { isSourceError, SourceError } from '../../../source/source-error.ts';
import { ChartError } from '../load/chart-error.ts';

/** The same kind of error without a word of what was asked for: a render that may hold values of Secrets may have made a name of them. */
export function withheldLookupError(error: unknown): unknown {
  const why = 'what it asks for is not told, because it may hold values of Secrets';
  if (error instanceof ChartError) return new ChartError(`a lookup is refused; ${why}. A chart may look up what is in its Application's destination namespace, within the limits, and nothing by a value of a Secret`);
  if (isSourceError(error)) return new SourceError(error.kind, `a lookup got no answer from the cluster, or is denied to the controller; ${why}`, error.field === undefined ? {} : { field: error.field });
  return error;
}
