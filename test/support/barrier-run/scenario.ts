import { seeded } from '../seeded.ts';
import { pick, whole } from './pick.ts';
import type { RuntimeMaker } from './runtime-makers.ts';
import { editsOf } from './scenario-edits.ts';
import { consumersOf, secretsOf } from './scenario-secrets.ts';

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

/**
 * What somebody does while the controller works, at one of its requests: commits, the last commit taken back by a push with force, and a
 * rollback to an older one; changes by hand; what a chart looks up turns; and requests to sync a part or all, or to stop.
 */
export interface Edit {
  readonly at: number;
  readonly what: 'commit' | 'takeBack' | 'rollback' | 'editExternal' | 'deleteSecret' | 'scale' | 'turn' | 'syncPart' | 'syncAll' | 'terminate';
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
  /** This Secret is declared with other values, and the chart is labelled with it, as something in the cluster turns, which the chart looks up or takes a value from. */
  readonly turning: { readonly secret: string; readonly by: 'lookup' | 'value' } | undefined;
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
  const isChart = random() < 0.4;
  const secrets = secretsOf(random, { revisions, isChart });
  const source = secrets.find(({ maker }) => maker === 'connection') ?? secrets.find(({ maker }) => maker === 'external');
  const turnable = secrets.filter(({ maker }) => maker === 'external' || maker === 'certificate');
  const { name: turns = '' } = turnable[whole(random, turnable.length)] ?? {};
  // what makes a Secret that a chart takes a value from must not depend on such a value
  const by = pick(random, ['lookup', 'value'] as const);
  const turning = isChart && random() < 0.7 ? { secret: turns, by: turns === source?.name ? ('lookup' as const) : by } : undefined;
  return {
    seed,
    revisions,
    secrets,
    namespace: pick(random, ['absent', 'present', 'terminating']),
    consumers: consumersOf(random, secrets),
    refused: revisions > 1 && random() < 0.25,
    value: isChart && source !== undefined ? { secret: source.name, key: source.keys[0] ?? '' } : undefined,
    turning,
    edits: editsOf(random, { revisions, turns: turning !== undefined }),
    kills: Array.from({ length: killsOfRun }, (_, index) => ({ at: 1 + (seed % killStride) + index * killStride, when: pick(random, ['before', 'after'] as const) })),
    faults: pick(random, [0, 2, 5, 10]),
    waves: pick(random, [1, 1, 2, 3]),
  };
}
