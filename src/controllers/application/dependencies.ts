import { isDeepStrictEqual } from 'node:util';
import { type Application, parseApplication, parseApplicationStatus } from '../../api/application.ts';
import type { ApplicationStatus } from '../../api/application-status.ts';
import { formatKey, keyOf, type KubeObject, parseKey } from '../../api/object.ts';
import { fieldAt } from '../../gitops/health/live-field.ts';
import { dependencyCycle, describeCycle, readDependencies } from '../../gitops/plan/depends-on.ts';
import { sourcesOf } from '../../gitops/render/render-application.ts';
import { normaliseGitUrl } from '../../gitops/source/git-url.ts';
import type { Cluster } from '../../kube/port.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import { awaitedDependencies, type Dependency } from './awaited-dependencies.ts';
import { declaredPlace } from './declared-place.ts';
import type { ApplicationCache } from './watch.ts';

/** An Application that is to be brought to a revision. */
export interface Dependent {
  readonly key: string;
  readonly application: Pick<Application, 'metadata' | 'spec'>;
  readonly revision: string;
  /** It is held at another revision than its sources stand for: those that it waits for need not be at that. */
  readonly isPinned: boolean;
}

/** Who waits for whom, by the annotation `prelude.dev/depends-on`. */
export interface Dependencies {
  /** What an Application waits for, for people; until that is over, news of it wakes the Application. Empty: nothing. */
  readonly awaited: (dependent: Dependent) => readonly string[];
  /** That an Application waits for itself; undefined where it does not. */
  readonly cycleOf: (key: string) => string | undefined;
  /** The caches show another version of an Application; undefined: none. Answers who waits for that. */
  readonly note: (key: string, current: KubeObject | undefined, previous: KubeObject | undefined) => readonly string[];
  readonly forget: (key: string) => void;
}

/** What others look at. */
function fared({ metadata, spec, status }: KubeObject): unknown {
  return [metadata.uid, metadata.annotations, spec, fieldAt(status, 'sync'), fieldAt(status, 'health'), fieldAt(status, 'operationState', 'phase'), fieldAt(status, 'operationState', 'message')];
}

/** The commits that an Application's repositories are at, by repository and branch. */
function commitsOf(application: Pick<Application, 'spec'>, revision: string): ReadonlyMap<string, string> {
  const commits = revision.split(',');
  const pairs = sourcesOf(application).map(({ source: { repoURL, targetRevision, chart } }, index) => [chart === undefined ? `${normaliseGitUrl(repoURL) ?? repoURL} ${targetRevision}` : '', commits[index] ?? ''] as const);
  return new Map(pairs.filter(([branch, commit]) => branch !== '' && /^[0-9a-f]{40,64}$/.test(commit)));
}

/** A commit that the dependency has not come to, of a branch that both follow. */
function missingCommit({ application, revision }: Dependent, other: Pick<Application, 'spec'>, status: ApplicationStatus): string | undefined {
  const there = commitsOf(other, status.sync?.revision ?? '');
  return [...commitsOf(application, revision)].find(([branch, commit]) => there.has(branch) && there.get(branch) !== commit)?.[1];
}

function dependencyOn(raw: KubeObject | undefined, name: string, dependent: Dependent): Omit<Dependency, 'isRecorded'> {
  const parsed = raw === undefined ? undefined : parseApplication(raw);
  if (raw === undefined || parsed === undefined) return { name, status: undefined, isCurrent: false, tellsMessages: false };
  const status = parseApplicationStatus(raw);
  const { source, destination } = declaredPlace(raw);
  const { comparedTo } = status.sync ?? {};
  const missing = parsed.ok && !dependent.isPinned ? missingCommit(dependent, parsed.value, status) : undefined;
  return {
    name,
    status,
    isCurrent: parsed.ok && isDeepStrictEqual([comparedTo?.source, comparedTo?.destination], [source, destination]),
    tellsMessages: raw.metadata.namespace === dependent.application.metadata.namespace,
    ...(missing === undefined ? {} : { missingCommit: missing }),
  };
}

/** Asks the caches, and keeps who waits for whom at this moment: only those are woken. */
export function createDependencies(cache: Pick<ApplicationCache, 'get'>, cluster: Pick<Cluster, 'kind'>): Dependencies {
  const isRecorded = cluster.kind === 'recorded';
  const waiting = new ReverseIndex();
  /** By the object as the cache has it: an annotation is read once. */
  const read = new WeakMap<KubeObject, readonly string[]>();

  function namesOf(key: string): readonly string[] {
    const raw = cache.get(parseKey(key));
    if (raw === undefined) return [];
    const names = read.get(raw) ?? readDependencies({ ...raw.metadata, namespace: keyOf(raw).namespace ?? '' }).keys.map(formatKey);
    read.set(raw, names);
    return names;
  }

  return {
    awaited: (dependent) => {
      const { key } = dependent;
      const names = namesOf(key);
      const cycle = names.length === 0 ? undefined : dependencyCycle(key, namesOf);
      const awaited = cycle === undefined ? awaitedDependencies(names.map((name) => ({ ...dependencyOn(cache.get(parseKey(name)), name, dependent), isRecorded }))) : [describeCycle(cycle)];
      waiting.set(key, awaited.length === 0 ? [] : [...new Set([...names, ...(cycle ?? [])])].filter((name) => name !== key));
      return awaited;
    },
    cycleOf: (key) => {
      const cycle = namesOf(key).length === 0 ? undefined : dependencyCycle(key, namesOf);
      return cycle === undefined ? undefined : describeCycle(cycle);
    },
    note: (key, current, previous) => {
      const concerned = waiting.itemsOf(key);
      const isNews = concerned.size > 0 && (current === undefined || previous === undefined || !isDeepStrictEqual(fared(current), fared(previous)));
      return isNews ? [...concerned] : [];
    },
    forget: (key) => waiting.set(key, []),
  };
}
