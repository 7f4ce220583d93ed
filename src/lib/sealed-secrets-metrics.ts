import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Why a SealedSecret could not be brought in line, in Sealed Secrets' words. Its `fetch` cannot happen: what is looked at is at hand. */
export type UnsealFailure = 'unseal' | 'unmanaged' | 'update' | 'status';

/** The condition of one SealedSecret at a scrape. */
export interface SealedCondition {
  readonly namespace: string;
  readonly name: string;
  /** Of its label `app.kubernetes.io/instance`; empty where it has none. */
  readonly instance: string;
  readonly isSynced: boolean;
}

/** One answer to kubeseal. */
export interface KubesealAnswer {
  /** One of those that are served: what somebody asks for is no label. */
  readonly path: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

/** What Sealed Secrets' own controller counts. */
export interface SealedSecretsMetrics {
  /** A SealedSecret was looked at. */
  readonly requested: () => void;
  readonly failed: (reason: UnsealFailure, namespace: string) => void;
  readonly answered: (answer: KubesealAnswer) => void;
  /** Registers the objects; asked at every scrape. Unless called, no name is a label of anything. */
  readonly watchConditions: (read: () => Iterable<SealedCondition>) => void;
}

/** Client_golang's buckets, in seconds, so that the numbers of both controllers can be added up. */
const upstreamBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const methods: ReadonlySet<string> = new Set(['GET', 'PUT', 'HEAD', 'POST', 'DELETE', 'CONNECT', 'OPTIONS', 'NOTIFY', 'TRACE', 'PATCH']);

/**
 * Metrics with the names, labels and meanings that dashboards and alerts of Sealed Secrets look for. (Source: its prometheus-mixin, and what
 * its controller 0.40.0 exposes.) They are registered with the first use: whoever opens nothing has none of them.
 */
export function sealedSecretsMetrics(registers: Registry[], version: string): { readonly use: () => SealedSecretsMetrics; readonly collect: () => void } {
  let made: { readonly use: SealedSecretsMetrics; readonly collect: () => void } | undefined;
  return {
    use: () => {
      made ??= register(registers, version);
      return made.use;
    },
    collect: () => made?.collect(),
  };
}

const named = (name: string): string => `sealed_secrets_controller_${name}`;

function register(registers: Registry[], version: string): { readonly use: SealedSecretsMetrics; readonly collect: () => void } {
  // upstream leaves the value at 0; the label is what is read
  new Gauge({ name: named('build_info'), help: 'Always 1; the label says what runs.', labelNames: ['revision'], registers }).set({ revision: version }, 1);
  const requests = new Counter({ name: named('unseal_requests_total'), help: 'Looks at SealedSecrets, whether or not anything had to be opened.', registers });
  const errors = new Counter({ name: named('unseal_errors_total'), help: 'Looks at SealedSecrets that failed: unseal, unmanaged, update, status.', labelNames: ['reason', 'namespace'], registers });
  const conditions = conditionGauge(registers);
  const answers = answerMetrics(registers);
  return {
    use: {
      requested: () => requests.inc(),
      failed: (reason, namespace) => errors.inc({ reason, namespace }),
      answered: answers,
      watchConditions: conditions.watch,
    },
    collect: conditions.collect,
  };
}

function conditionGauge(registers: Registry[]): { readonly watch: SealedSecretsMetrics['watchConditions']; readonly collect: () => void } {
  const gauge = new Gauge({ name: named('condition_info'), help: 'Condition of each SealedSecret: 1 true, -1 false.', labelNames: ['namespace', 'name', 'condition', 'ss_app_kubernetes_io_instance'], registers });
  let read: () => Iterable<SealedCondition> = () => [];
  return {
    watch: (given) => {
      read = given;
    },
    collect: () => {
      // an object that is gone must not keep its last value
      gauge.reset();
      for (const { namespace, name, instance, isSynced } of read()) gauge.set({ namespace, name, condition: 'Synced', ss_app_kubernetes_io_instance: instance }, isSynced ? 1 : -1);
    },
  };
}

function answerMetrics(registers: Registry[]): SealedSecretsMetrics['answered'] {
  const total = new Counter({ name: named('http_requests_total'), help: 'Answers to kubeseal.', labelNames: ['path', 'code', 'method'], registers });
  const duration = new Histogram({ name: named('http_request_duration_seconds'), help: 'How long an answer to kubeseal takes, the wait for the grid of time included.', labelNames: ['path', 'method'], buckets: upstreamBuckets, registers });
  return ({ path, method: said, status, seconds }) => {
    const method = methods.has(said) ? said.toLowerCase() : 'unknown';
    total.inc({ path, code: String(status), method });
    duration.observe({ path, method }, seconds);
  };
}
