import { isKubeError, type KubeError } from '../../src/kube/kube-error.ts';

/** The KubeError that a call is refused with. Fails where the call succeeds or fails otherwise, or the error says what was planted. */
export async function refusal(call: Promise<unknown>): Promise<KubeError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isKubeError(error)) throw new Error('the call was not refused by a KubeError', { cause: error });
  if (`${error.message} ${error.stack}`.includes('planted')) throw new Error('the error quotes what it must not');
  return error;
}
