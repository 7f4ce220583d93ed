import { expect } from 'vitest';

type Fields = Readonly<Record<string, unknown>>;

/** An object that an example makes, as its Application's status names it. */
export interface ShapeObject {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly name: string;
  /** Its place in the order; 0 unless told. */
  readonly wave?: number;
  /** In the order of their names, where it has pods. */
  readonly images?: readonly string[];
  /** It is a hook: part of an operation, and of nothing else. */
  readonly hook?: 'PreSync' | 'Sync' | 'PostSync';
  /** Whether the kind has a rule of health; true unless told. */
  readonly isJudged?: boolean;
}

/** What an example comes to. Objects stand in the order in which they are brought in. */
export interface ShapeFacts {
  readonly commit: string;
  readonly source: Fields;
  readonly destination: Fields;
  readonly syncOptions: readonly string[];
  readonly sourceType: 'Directory' | 'Helm' | 'Kustomize';
  readonly objects: readonly ShapeObject[];
  readonly externalURLs?: readonly string[];
}

/** RFC 3339, to the second, in UTC: the only values that a test cannot know. */
const anyTime: unknown = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);

/** What Argo CD calls the default of automated syncs without a policy of their own. */
const standardRetry = { limit: 5 };

/**
 * The whole status of an Application that is in and healthy, by Argo CD's contract: what is not here may not be there. Three things are told
 * in our own words: messages of objects, `operation.info` (what the operation was for, may delete, and has brought in), and an empty list of conditions.
 */
export function expectedStatus({ commit, source, destination, syncOptions, sourceType, objects, externalURLs }: ShapeFacts): Fields {
  const namespace = destination['namespace'];
  const images = [...new Set(objects.flatMap((one) => (one.hook === undefined ? (one.images ?? []) : [])))].toSorted();
  return {
    sync: { status: 'Synced', revision: commit, comparedTo: { source, destination } },
    health: { status: 'Healthy', lastTransitionTime: anyTime },
    operationState: {
      operation: {
        sync: { revision: commit, prune: true, syncOptions },
        retry: standardRetry,
        initiatedBy: { automated: true },
        info: [
          { name: 'destination', value: JSON.stringify(destination) },
          { name: 'pruning', value: 'some' },
          { name: 'prelude.dev/admitted', value: JSON.stringify({ id: 0, gate: 'none', destination: JSON.stringify(destination) }) },
        ],
      },
      phase: 'Succeeded',
      message: 'successfully synced',
      syncResult: { revision: commit, source, resources: objects.map((one) => resultOf(one, namespace)) },
      startedAt: anyTime,
      finishedAt: anyTime,
    },
    resources: objects.filter(({ hook }) => hook === undefined).map((one) => resourceOf(one, namespace)),
    history: [{ id: 0, revision: commit, source, deployStartedAt: anyTime, deployedAt: anyTime, initiatedBy: { automated: true } }],
    conditions: [],
    reconciledAt: anyTime,
    sourceType,
    summary: { ...(images.length === 0 ? {} : { images }), ...(externalURLs === undefined ? {} : { externalURLs }) },
    controllerNamespace: 'argocd',
  };
}

function resultOf({ group, version, kind, name, hook, images }: ShapeObject, namespace: unknown): Fields {
  return {
    ...{ group, version, kind, namespace, name, status: 'Synced', message: hook === undefined ? 'created' : 'hook succeeded' },
    ...(hook === undefined ? {} : { hookType: hook, hookPhase: 'Succeeded' }),
    syncPhase: hook ?? 'Sync',
    ...(images === undefined ? {} : { images }),
  };
}

function resourceOf({ group, version, kind, name, wave = 0, isJudged = true }: ShapeObject, namespace: unknown): Fields {
  return { group, version, kind, namespace, name, status: 'Synced', ...(isJudged ? { health: { status: 'Healthy' } } : {}), ...(wave === 0 ? {} : { syncWave: wave }) };
}
