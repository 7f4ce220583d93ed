import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type DeliveryMetrics, deliveryMetrics } from './delivery-metrics.ts';
import { type SealedSecretsMetrics, sealedSecretsMetrics } from './sealed-secrets-metrics.ts';
import { type SealingFacts, sealingMetrics } from './sealing-metrics.ts';

/** One finished call to a provider's service. */
export interface ProviderCall {
  /** The adapter's id. */
  readonly provider: string;
  /** `ok`, or the kind of the ProviderError. */
  readonly outcome: string;
  /** How many references the call carried. */
  readonly refs: number;
  readonly seconds: number;
}

/** One finished request to the API server. */
export interface ApiRequest {
  readonly verb: string;
  /** The plural of the kind; never a name. */
  readonly resource: string;
  /** The HTTP status, or the kind of the failure where there was none. */
  readonly code: string;
  readonly seconds: number;
}

/** The state of all objects of one kind, counted. Names never become labels: their number has no bound. */
export interface ObjectCounts {
  /** By the last outcome: `synced`, `waiting`, `stalled`, `failed`, or `unknown` before the first. */
  readonly byState: Readonly<Record<string, number>>;
  /** Objects whose last success is longer ago than they ask for. */
  readonly stale: number;
  /** Seconds since the oldest of all last successes; 0 where there is none. */
  readonly oldestSuccess: number;
}

/** What the product counts. Plain functions, so that nothing outside this file knows the metrics library. */
export interface Metrics {
  /** A reconcile came to an end. */
  readonly reconciled: (controller: string, outcome: string, seconds: number) => void;
  /** Registers a queue; `depth` is asked at every scrape. */
  readonly watchQueue: (controller: string, depth: () => number) => void;
  readonly providerCalled: (call: ProviderCall) => void;
  /** References that were answered without being read: somebody had just read them, or their version was still the same. */
  readonly providerSpared: (provider: string, refs: number) => void;
  /** One finished call that asked for versions, and no values. */
  readonly versionsCalled: (call: ProviderCall) => void;
  /** A call was held back for so many seconds, so that the provider need not refuse it. */
  readonly providerHeld: (provider: string, seconds: number) => void;
  readonly apiRequested: (request: ApiRequest) => void;
  /** Registers a kind; `count` is asked at every scrape. */
  readonly watchObjects: (kind: string, count: () => ObjectCounts) => void;
  /** Registers what opens sealed values; asked at every scrape. */
  readonly watchSealing: (facts: SealingFacts) => void;
  /** The metrics that Sealed Secrets' controller has; there are none before somebody asks for them. */
  readonly sealedSecrets: () => SealedSecretsMetrics;
  /** The figures of deliveries; there are none before somebody asks for them. */
  readonly deliveries: () => DeliveryMetrics;
  /** Everything in Prometheus' text format. */
  readonly expose: () => Promise<Exposition>;
}

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

export interface MetricsOptions {
  readonly version: string;
  /** Also CPU, memory, garbage collection, open files and event-loop lag of this process. */
  readonly process: boolean;
}

const reconcileSeconds = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60];
const callSeconds = [0.005, 0.02, 0.1, 0.5, 2, 10, 30];

/** A registry of its own with every metric of the product; two of them share nothing. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // lag is sampled ten times a second: enough to see a stall, too little to be one
  if (options.process) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  new Gauge({ name: 'prelude_build_info', help: 'Always 1; the labels say what runs.', labelNames: ['version', 'node'], registers }).set(
    { version: options.version, node: process.versions.node },
    1,
  );

  const queues = queueMetrics(registers);
  const objects = objectMetrics(registers);
  const sealing = sealingMetrics(registers);
  const sealedSecrets = sealedSecretsMetrics(registers, options.version);
  const deliveries = deliveryMetrics(registers);
  return {
    ...reconcileMetrics(registers),
    ...providerMetrics(registers),
    ...apiMetrics(registers),
    watchQueue: queues.watch,
    watchObjects: objects.watch,
    watchSealing: sealing.watch,
    sealedSecrets: sealedSecrets.use,
    deliveries: deliveries.use,
    expose: async () => {
      queues.collect();
      objects.collect();
      sealing.collect();
      sealedSecrets.collect();
      deliveries.collect();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** A metric whose values are asked for at a scrape, by label. */
interface Watched<T> {
  readonly watch: (label: string, read: () => T) => void;
  readonly collect: () => void;
}

function reconcileMetrics(registers: Registry[]): Pick<Metrics, 'reconciled'> {
  const total = new Counter({
    name: 'prelude_reconcile_total',
    help: 'Reconciles by outcome.',
    labelNames: ['controller', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'prelude_reconcile_duration_seconds',
    help: 'How long a reconcile takes, reads and writes included.',
    labelNames: ['controller'],
    buckets: reconcileSeconds,
    registers,
  });
  return {
    reconciled: (controller, outcome, seconds) => {
      total.inc({ controller, outcome });
      duration.observe({ controller }, seconds);
    },
  };
}

function providerMetrics(registers: Registry[]): Pick<Metrics, 'providerCalled' | 'providerSpared' | 'versionsCalled' | 'providerHeld'> {
  const calls = new Counter({ name: 'prelude_provider_calls_total', help: 'Calls to provider services by outcome.', labelNames: ['provider', 'outcome'], registers });
  const refs = new Counter({
    name: 'prelude_provider_refs_total',
    help: 'References those calls carried; several to a call where the provider can batch.',
    labelNames: ['provider'],
    registers,
  });
  const duration = new Histogram({
    name: 'prelude_provider_call_duration_seconds',
    help: 'How long a provider call takes.',
    labelNames: ['provider'],
    buckets: callSeconds,
    registers,
  });
  const spared = new Counter({ name: 'prelude_provider_refs_spared_total', help: 'References answered without being read: just read, or of the same version still.', labelNames: ['provider'], registers });
  const versions = new Counter({ name: 'prelude_provider_version_calls_total', help: 'Calls that compared versions instead of reading values, by outcome.', labelNames: ['provider', 'outcome'], registers });
  const held = new Counter({ name: 'prelude_provider_held_seconds_total', help: 'How long calls were held back to keep within the rate of the provider.', labelNames: ['provider'], registers });
  return {
    providerSpared: (provider, count) => spared.inc({ provider }, count),
    versionsCalled: ({ provider, outcome }) => versions.inc({ provider, outcome }),
    providerHeld: (provider, seconds) => held.inc({ provider }, seconds),
    providerCalled: (call) => {
      calls.inc({ provider: call.provider, outcome: call.outcome });
      refs.inc({ provider: call.provider }, call.refs);
      duration.observe({ provider: call.provider }, call.seconds);
    },
  };
}

function apiMetrics(registers: Registry[]): Pick<Metrics, 'apiRequested'> {
  const requests = new Counter({ name: 'prelude_api_requests_total', help: 'Requests to the API server.', labelNames: ['verb', 'resource', 'code'], registers });
  const duration = new Histogram({
    name: 'prelude_api_request_duration_seconds',
    help: 'How long a request to the API server takes; watches until their first answer.',
    labelNames: ['verb'],
    buckets: callSeconds,
    registers,
  });
  return {
    apiRequested: ({ verb, resource, code, seconds }) => {
      requests.inc({ verb, resource, code });
      duration.observe({ verb }, seconds);
    },
  };
}

function queueMetrics(registers: Registry[]): Watched<number> {
  const queues = new Map<string, () => number>();
  const gauge = new Gauge({
    name: 'prelude_queue_depth',
    help: 'Objects that wait for their reconcile.',
    labelNames: ['controller'],
    registers,
  });
  return {
    watch: (controller, depth) => void queues.set(controller, depth),
    collect: () => {
      for (const [controller, depth] of queues) gauge.set({ controller }, depth());
    },
  };
}

function objectMetrics(registers: Registry[]): Watched<ObjectCounts> {
  const kinds = new Map<string, () => ObjectCounts>();
  const states = new Gauge({
    name: 'prelude_objects',
    help: 'Objects by the state their last reconcile left them in.',
    labelNames: ['kind', 'state'],
    registers,
  });
  const stale = new Gauge({
    name: 'prelude_objects_stale',
    help: 'Objects whose last success is longer ago than they ask for.',
    labelNames: ['kind'],
    registers,
  });
  const oldest = new Gauge({
    name: 'prelude_objects_oldest_success_seconds',
    help: 'Age of the oldest last success.',
    labelNames: ['kind'],
    registers,
  });
  return {
    watch: (kind, count) => void kinds.set(kind, count),
    collect: () => {
      // a state that no object is in any more must not keep its last number
      states.reset();
      for (const [kind, count] of kinds) {
        const counts = count();
        stale.set({ kind }, counts.stale);
        oldest.set({ kind }, counts.oldestSuccess);
        for (const [state, number] of Object.entries(counts.byState)) states.set({ kind, state }, number);
      }
    },
  };
}
