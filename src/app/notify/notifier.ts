import { type Application, parseApplication } from '../../api/application.ts';
import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import { amendMetadata } from '../../controllers/application/amend.ts';
import { deliveryOf } from '../../gitops/notify/delivery.ts';
import { isSubscribed } from '../../gitops/notify/subscriptions.ts';
import { addTold, lastToldState, readTold, toldAnnotation, type ToldRecord, toldName, type ToldState } from '../../gitops/notify/told-record.ts';
import { type Happening, happeningsOf } from '../../gitops/notify/triggers.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { LruMap } from '../../lib/lru-map.ts';
import type { Random } from '../../lib/random.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import type { Message, Send } from './message.ts';
import type { DeclaredService, NotifyConfig } from './notify-config.ts';
import { createSendQueue, type SendQueue, type Sent, worthSending } from './send-queue.ts';

export interface NotifierOptions {
  readonly config: Pick<NotifyConfig, 'patience' | 'targetUrl'>;
  readonly services: readonly (Pick<DeclaredService, 'name' | 'triggers' | 'showsState' | 'concerns'> & { readonly send: Send })[];
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Pick<Log, 'warn'>;
  /** A message has come to its end. */
  readonly onSent: (service: string, sent: Sent) => void;
}

/** Tells services of what happens to Applications: of each happening once, and again after a restart only where it was not on record that they know. */
export interface Notifier {
  /** A pass over an Application came to an end; the object with the status that it has left. */
  readonly note: (application: KubeObject, outcome: Outcome | undefined) => void;
  readonly close: (signal: AbortSignal) => Promise<void>;
}

/** Happenings that are remembered beside the record on the Application, which a cache may not show yet. */
const mostRemembered = 50_000;
/** Others may write the Application at the same moment. */
const mostWrites = 5;

export function createNotifier(options: NotifierOptions): Notifier {
  const { config, cluster, clock, random, log, onSent } = options;
  const done = new LruMap<ToldState>(mostRemembered);
  const lifetime = new AbortController();
  const services = options.services.map((service) => ({ ...service, queue: queueOf(service) }));

  function queueOf(service: NotifierOptions['services'][number]): SendQueue {
    const onDone = async (message: Message, sent: Sent): Promise<void> => {
      done.set(memoryOf(message, service.name), { state: message.state, at: message.at });
      onSent(service.name, sent);
      // what was refused is on no record: with the next start, and another configuration, it may be taken
      if (sent === 'sent') await putOnRecord(message, service.name);
    };
    return createSendQueue({ service: service.name, send: service.send, onDone, clock, random, log });
  }

  /** It is told already: a record that cannot be written costs no more than telling it twice. */
  async function putOnRecord(message: Message, service: string): Promise<void> {
    const { namespace, name } = message;
    const object = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace, name, ...(message.uid === undefined ? {} : { uid: message.uid }) } };
    for (let count = 1; ; count += 1) {
      try {
        await amendMetadata(cluster, object, (metadata) => ({ ...metadata, annotations: { ...metadata.annotations, [toldAnnotation]: addTold(readTold(metadata.annotations), message, service) } }), lifetime.signal);
        return;
      } catch (error) {
        if (isKubeError(error, 'conflict') && count < mostWrites) continue;
        if (!lifetime.signal.aborted) log.warn({ application: `${namespace}/${name}`, service, error }, 'what was told could not be put on record');
        return;
      }
    }
  }

  return {
    note: (object, outcome) => {
      const parsed = parseApplication(object);
      const delivery = parsed.ok ? deliveryOf(parsed.value) : undefined;
      if (!parsed.ok || delivery === undefined) return;
      const application = formatKey(keyOf(object));
      const now = clock.now();
      const waiting = outcome?.kind === 'waiting' && outcome.reason === 'WaitingForSecrets' ? { waiting: outcome.message } : {};
      const happenings = happeningsOf(delivery, { application, patience: config.patience, now, ...waiting });
      const told = readTold(object.metadata.annotations);
      for (const service of services) {
        for (const happening of happenings) {
          if (!isWanted(service, happening, object) || now - happening.at > worthSending) continue;
          const message = messageOf(happening, parsed.value, config);
          // what is said of a commit that was rolled back does not take the place of what is said of the one that is in
          const queueKey = `${application}:${happening.trigger}${happening.revision === delivery.revision ? '' : `:${happening.revision}`}`;
          if (!service.concerns(message) || !isNews(message, { told, waiting: service.queue.waiting(queueKey), memory: done.get(memoryOf(message, service.name)) }, service.name)) continue;
          if (!service.queue.add(queueKey, message)) log.warn({ service: service.name, application, trigger: happening.trigger }, 'too many notifications wait; this one has to come again');
        }
      }
    },
    close: async (signal) => {
      await Promise.all(services.map(({ queue }) => queue.close(signal)));
      lifetime.abort(new DOMException('stopped', 'AbortError'));
    },
  };
}

function isWanted({ name, triggers, showsState }: Pick<DeclaredService, 'name' | 'triggers' | 'showsState'>, { trigger }: Happening, { metadata: { annotations = {} } }: KubeObject): boolean {
  if (showsState && trigger !== 'on-state') return false;
  return triggers.includes(trigger) || (isSubscribed(annotations, trigger, name) && (showsState || trigger !== 'on-state'));
}

function messageOf(happening: Happening, { metadata, spec }: Application, { targetUrl }: Pick<NotifyConfig, 'targetUrl'>): Message {
  const { namespace = '', name, uid } = metadata;
  const url = targetUrl?.replaceAll('{namespace}', encodeURIComponent(namespace)).replaceAll('{name}', encodeURIComponent(name));
  return { ...happening, namespace, name, ...(uid === undefined ? {} : { uid }), destination: spec.destination.namespace, repoURL: spec.source.repoURL, ...(url === undefined ? {} : { targetUrl: url }) };
}

interface KnownToService {
  /** What is on record. */
  readonly told: ToldRecord;
  /** What is yet to be sent. */
  readonly waiting: Message | undefined;
  readonly memory: ToldState | undefined;
}

/** Whether a service does not know it yet, or will not once it has got what waits for it. */
function isNews(message: Message, { told, waiting, memory }: KnownToService, service: string): boolean {
  const { id, subject, state, at, uid } = message;
  if (subject === undefined) return memory === undefined && !told.has(toldName(id, service));
  const last = waiting?.subject === subject && waiting.uid === uid ? waiting : (memory ?? lastToldState(told, subject, service));
  // what is seen late is older than what was told; and a commit that was in is not shown as on its way again
  return last === undefined || (state !== last.state && state !== 'pending' && at >= last.at);
}

/** Of one Application, which another one of its name is not. */
function memoryOf({ namespace, name, uid = '', id, subject = id }: Message, service: string): string {
  return `${namespace}/${name} ${uid} ${toldName(subject, service)}`;
}
