import { refusalOf } from '../../kube/remote/service-proxy.ts';
import { SealError } from '../../seal/seal-error.ts';
import { type SealingServiceOptions, withSealingService } from './sealing-service.ts';

/** The certificate that a controller seals with now, in PEM. @throws SealError, KubeError; the signal's reason */
export async function fetchFromCluster(options: SealingServiceOptions, signal: AbortSignal): Promise<string> {
  return await withSealingService(
    options,
    async (service) => {
      const answer = await service.get('/v1/cert.pem', signal);
      if (answer.status === 200) return answer.body.toString('utf8');
      throw new SealError(`cannot fetch certificate: ${refusalOf(answer, { verb: 'proxy', target: `${options.namespace}/${options.name}` }).message}`);
    },
    signal,
  );
}
