import type { Random } from '../../../src/lib/random.ts';
import { seeded } from '../seeded.ts';

/** How a provider treats one remote key: how often it refuses before it answers, and how long an answer takes. */
export interface Mood {
  /** Milliseconds before each answer. */
  readonly delay: number;
  /** `failing`: the first answers are errors; `flapping`: every other one of them is. */
  readonly trouble: 'none' | 'failing' | 'flapping';
  /** How many answers the trouble lasts. */
  readonly lasts: number;
}

/**
 * What makes a Secret as it runs: a Certificate, an annotated Ingress, something with a connection Secret, a FieldExport, an operator of
 * queues, and Jobs that say so, be they hooks or not.
 */
export const runtimeMakers = ['certificate', 'ingress', 'connection', 'export', 'queue', 'job', 'hook'] as const;
export type RuntimeMaker = (typeof runtimeMakers)[number];

/** Those that say of which spec their Secret is. */
const versionedMakers: readonly RunSecret['maker'][] = ['certificate', 'connection', 'queue'];

/**
 * A Secret that workloads of a run need, by who makes it: an ExternalSecret, a SealedSecret, a SOPS file, the cluster (a service account's
 * token), a person, or something that runs.
 */
export interface RunSecret {
  readonly maker: 'external' | 'sealed' | 'sops' | 'token' | 'person' | RuntimeMaker;
  readonly name: string;
  readonly keys: readonly string[];
  readonly mood: Mood;
  /** Milliseconds after which a person puts it there, or what runs makes it. */
  readonly late: number;
  /** Which version of its values each revision declares. */
  readonly versions: readonly number[];
}

export interface RunNeed {
  readonly secret: string;
  /** Absent: the whole Secret. */
  readonly key?: string;
  readonly way: 'env' | 'envFrom' | 'volume' | 'projected';
}

/** An object of the chart that has pods. */
export interface RunConsumer {
  readonly kind: 'Deployment' | 'StatefulSet' | 'CronJob' | 'Hook';
  readonly name: string;
  readonly needs: readonly RunNeed[];
}

/** What somebody does while the controller works, at one of its requests. */
export interface Edit {
  readonly at: number;
  readonly what: 'commit' | 'editExternal' | 'deleteSecret' | 'scale';
  /** Of what there is, which one; in [0, 1). */
  readonly pick: number;
}

/** The controller dies at this request of the run, before it is sent or when it has taken effect and nobody knows. */
export interface Kill {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** Everything that is random about a run, but for what the machine does. */
export interface Scenario {
  readonly seed: number;
  readonly namespace: 'absent' | 'present' | 'terminating';
  readonly secrets: readonly RunSecret[];
  readonly consumers: readonly RunConsumer[];
  /** Commits, the first included. */
  readonly revisions: number;
  /** The last commit needs a key that nothing makes: it must be refused, with nothing of it written. */
  readonly refused: boolean;
  /** The chart takes a value from this key. */
  readonly value: { readonly secret: string; readonly key: string } | undefined;
  readonly edits: readonly Edit[];
  readonly kills: readonly Kill[];
  /** How many requests of a hundred come to harm. */
  readonly faults: number;
  /** In how many sync waves the chart comes: between two of them a revision is half in. */
  readonly waves: number;
}

/** As many seeds in a row kill at each of the first `killStride * killsOfRun` requests, where the run does not end before. */
export const killStride = 25;
const killsOfRun = 4;

/** The scenario of a seed. Pure: the same seed gives the same one. */
export function scenarioOf(seed: number): Scenario {
  const random = seeded(seed);
  const revisions = 1 + whole(random, 3);
  const isChart = random() < 0.25;
  const secrets = secretsOf(random, { revisions, isChart });
  const source = secrets.find(({ maker }) => maker === 'connection') ?? secrets.find(({ maker }) => maker === 'external');
  return {
    seed,
    revisions,
    secrets,
    namespace: pick(random, ['absent', 'present', 'terminating']),
    consumers: consumersOf(random, secrets),
    refused: revisions > 1 && random() < 0.25,
    value: isChart && source !== undefined ? { secret: source.name, key: source.keys[0] ?? '' } : undefined,
    edits: [...Array.from({ length: revisions - 1 }, () => 'commit' as const), ...Array.from({ length: whole(random, 4) }, () => pick(random, ['editExternal', 'deleteSecret', 'scale'] as const))].map((what) => ({ what, at: 1 + whole(random, 80), pick: random() })),
    kills: Array.from({ length: killsOfRun }, (_, index) => ({ at: 1 + (seed % killStride) + index * killStride, when: pick(random, ['before', 'after'] as const) })),
    faults: pick(random, [0, 2, 5, 10]),
    waves: pick(random, [1, 1, 2, 3]),
  };
}

function whole(random: Random, below: number): number {
  return Math.floor(random() * below);
}

function pick<T>(random: Random, [first, ...others]: readonly [T, ...T[]]): T {
  const index = whole(random, 1 + others.length);
  return index === 0 ? first : (others[index - 1] ?? first);
}

const declaredMakers: readonly RunSecret['maker'][] = ['external', 'sealed', 'sops'];
const keysOf: Readonly<Partial<Record<RunSecret['maker'], readonly string[]>>> = { token: ['token'], certificate: ['tls.crt', 'tls.key'], ingress: ['tls.crt', 'tls.key'], queue: ['username', 'password', 'host', 'port'] };

function keysMadeBy(random: Random, maker: RunSecret['maker']): readonly string[] {
  const keys = keysOf[maker] ?? ['password', ...(random() < 0.5 ? ['user'] : [])];
  // an export fills one
  return maker === 'export' ? keys.slice(0, 1) : keys;
}

/** Whether something makes it as it runs: its consumers wait for it, and nobody else. */
export function isMadeAtRuntime({ maker }: Pick<RunSecret, 'maker'>): boolean {
  return runtimeMakers.some((one) => one === maker);
}

/** One ExternalSecret at least, because a run without one waits for nobody. */
function secretsOf(random: Random, { revisions, isChart }: { readonly revisions: number; readonly isChart: boolean }): readonly RunSecret[] {
  const makers: RunSecret['maker'][] = ['external', ...Array.from({ length: whole(random, 3) }, () => 'external' as const), ...Array.from({ length: whole(random, 3) }, () => 'sealed' as const)];
  if (!isChart && random() < 0.5) makers.push('sops');
  if (random() < 0.4) makers.push('token');
  if (random() < 0.4) makers.push('person');
  const runtime = whole(random, runtimeMakers.length);
  makers.push(...runtimeMakers.filter((_, index) => index === runtime || random() < 0.2));
  return makers.map((maker, index) => ({
    maker,
    // an operator of queues names it after its cluster
    name: `${maker}-${index}${maker === 'queue' ? '-default-user' : ''}`,
    keys: keysMadeBy(random, maker),
    mood: { delay: pick(random, [0, 0, 300, 1_500]), trouble: pick(random, ['none', 'none', 'failing', 'flapping']), lasts: 1 + whole(random, 3) },
    late: whole(random, 3_000),
    versions: versionsOf(random, declaredMakers.includes(maker) || versionedMakers.includes(maker) ? revisions : 1),
  }));
}

/** A revision declares the values of the one before it, or new ones. */
function versionsOf(random: Random, revisions: number): readonly number[] {
  const versions = [1];
  while (versions.length < revisions) versions.push((versions.at(-1) ?? 1) + whole(random, 2));
  return versions;
}

function consumersOf(random: Random, secrets: readonly RunSecret[]): readonly RunConsumer[] {
  const kinds: readonly RunConsumer['kind'][] = ['Deployment', ...Array.from({ length: whole(random, 3) }, () => pick(random, ['Deployment', 'StatefulSet', 'CronJob'] as const)), ...(random() < 0.4 ? (['Hook'] as const) : [])];
  const needsOf = (all: boolean): readonly RunNeed[] => secrets.filter(() => all || random() < 0.5).map((secret) => needOf(random, secret));
  // the first one needs them all; a hook that needs Secrets is another Job than one that makes them
  return kinds.map((kind, index) => ({ kind, name: `${kind === 'Hook' ? 'prepare' : kind.toLowerCase()}-${index}`, needs: needsOf(index === 0) }));
}

function needOf(random: Random, { name, keys }: RunSecret): RunNeed {
  const way = pick(random, ['env', 'envFrom', 'volume', 'projected'] as const);
  const [key] = keys;
  return way === 'envFrom' || key === undefined ? { secret: name, way: 'envFrom' } : { secret: name, key: keys.at(whole(random, keys.length)) ?? key, way };
}
