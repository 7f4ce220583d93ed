import { asProviderError, type ProviderError } from '../../src/provider/provider-error.ts';

/** What failed, as a result. @throws the signal's reason */
export async function orError<R>(act: () => Promise<R>, signal: AbortSignal): Promise<R | { readonly kind: 'error'; readonly error: ProviderError }> {
  try {
    return await act();
  } catch (thrown) {
    signal.throwIfAborted();
    return { kind: 'error', error: asProviderError(thrown, 'pushing to AWS') };
  }
}
