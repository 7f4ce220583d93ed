import { refusalOf } from '../../kube/remote/service-proxy.ts';
import { SealError } from '../../seal/seal-error.ts';
import { readInput } from '../../seal/seal-text.ts';
import { readSealedManifest } from '../../seal/sealed-manifest.ts';
import { type SealingServiceOptions, withSealingService } from './sealing-service.ts';

/**
 * Asks a controller whether it can open each SealedSecret of a text.
 * @throws SealError in kubeseal's words for the first that it cannot open; KubeError; the signal's reason
 */
export async function validateInCluster(input: Uint8Array, options: SealingServiceOptions, signal: AbortSignal): Promise<void> {
  const sealed = (await readInput(input, 'the input')).map(readSealedManifest);
  if (sealed.length === 0) throw new SealError('the input holds no SealedSecret');
  await withSealingService(
    options,
    async (service) => {
      for (const { name, manifest } of sealed) {
        const answer = await service.post('/v1/verify', JSON.stringify(manifest.value), signal);
        if (answer.status === 409) throw new SealError(`unable to decrypt sealed secret: ${name}`);
        if (answer.status !== 200) throw new SealError(`cannot validate sealed secret: ${refusalOf(answer, { verb: 'proxy', target: `${options.namespace}/${options.name}` }).message}`);
      }
    },
    signal,
  );
}
