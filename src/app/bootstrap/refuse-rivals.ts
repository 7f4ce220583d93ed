import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { refuseBesideLive } from '../takeover/live-operator.ts';
import { refuseBesideSealed } from '../takeover/live-sealed.ts';
import { BootstrapError } from './bootstrap-error.ts';
import type { ControllerFacts } from './chart-values.ts';

/** Others that would write the same Secrets as a controller that is about to be installed are told of before anything is written. @throws BootstrapError, KubeError */
export async function refuseRivals(cluster: Cluster, { controllerClass, opensSealedSecrets, keyNamespace }: ControllerFacts, { clock, log }: { readonly clock: Clock; readonly log: Log }, signal: AbortSignal): Promise<void> {
  const guard = { clock, log, patient: false };
  const besideLive = { controllerClass: controllerClass ?? '', ...guard, remedy: 'See "prelude takeover eso --check", stop the other, or set secrets.controllerClass to another class or secrets.enabled: false in --values' };
  const operator = controllerClass === undefined ? undefined : await refuseBesideLive(cluster, besideLive, signal);
  if (operator !== undefined) throw new BootstrapError(operator);
  const besideSealed = { keyNamespace, namespaces: [], ...guard, remedy: 'See "prelude takeover sealed-secrets --check", stop it (--apply --scale-down does), or set sealedSecrets.enabled: false in --values, with its namespace as sealedSecrets.keyNamespace for --seal-to' };
  const sealed = opensSealedSecrets ? await refuseBesideSealed(cluster, besideSealed, signal) : undefined;
  if (sealed !== undefined) throw new BootstrapError(sealed);
}
