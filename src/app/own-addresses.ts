import { networkInterfaces } from 'node:os';

/**
 * The addresses of the pod that this process runs in; none where it runs in no pod, on somebody's machine, whose servers that person may
 * want to name.
 */
export function ownAddresses(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  if ((environment['KUBERNETES_SERVICE_HOST'] ?? '') === '') return [];
  return Object.values(networkInterfaces()).flatMap((found) => (found ?? []).filter(({ internal }) => !internal).map(({ address }) => address));
}
