import { ProviderError } from './provider-error.ts';

/** What an act comes to, where a failure of one reference is that one's result. @throws what is no ProviderError */
export async function asResult<R>(act: () => Promise<R>): Promise<R | { readonly kind: 'error'; readonly error: ProviderError }> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'error', error };
    throw error;
  }
}
