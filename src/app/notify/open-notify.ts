import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DeliveryMetrics } from '../../lib/delivery-metrics.ts';
import type { HttpClient } from '../../lib/http.ts';
import { createHttpClient } from '../../lib/http-client.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { createSecretFiles } from '../events/secret-files.ts';
import { UsageError } from '../options.ts';
import { createNotifier, type Notifier } from './notifier.ts';
import { readNotifyConfig } from './notify-config.ts';

export interface NotifySurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Addresses of this machine that no service may have. */
  readonly ownAddresses: readonly string[];
  /** Instead of the network: for tests. */
  readonly http?: HttpClient;
}

/** Notifications that are configured, and not sent yet. */
export interface Notify {
  readonly start: (cluster: Cluster, metrics: Pick<DeliveryMetrics, 'notified'>) => Notifier;
}

/**
 * Reads the configuration, and every secret that it names.
 * @throws UsageError that says what is wrong, and where
 */
export async function openNotify(path: string, { clock, random, log, ownAddresses, http }: NotifySurroundings): Promise<Notify> {
  const config = await readNotifyConfig(path);
  const secret = createSecretFiles(config.secretsFolder, clock);
  for (const { name, secrets } of config.services) {
    for (const reference of secrets) await secret(reference).catch((error: unknown) => refuse(path, name, error));
  }
  return {
    start: (cluster, { notified }) => {
      const client = createHttpClient({ clock, ownAddresses });
      const context = { http: http ?? client.request, secret, clock };
      const services = config.services.map(({ open, ...service }) => ({ ...service, send: open(context) }));
      const notifier = createNotifier({ config, services, cluster, clock, random, log, onSent: notified });
      return {
        note: notifier.note,
        close: async (signal) => {
          await notifier.close(signal);
          await client.close();
        },
      };
    },
  };
}

function refuse(path: string, name: string, error: unknown): never {
  throw error instanceof ProviderError ? new UsageError(`${path}: service ${name}: ${error.message}`) : error;
}
