import type { ApplicationSet } from '../../api/application-set.ts';
import type { ApplicationSetGenerator } from '../../api/application-set-spec.ts';
import { formatPath } from '../../api/schema.ts';
import { type Generation, generateApplications } from '../../gitops/generate/generate-applications.ts';
import type { ReadTree } from '../../gitops/generate/generate-parameters.ts';
import { GenerationError } from '../../gitops/generate/generation-error.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';

/** Says what revisions stand for, asking each repository once however many follow it. */
export interface FollowRevisions {
  /** @param slot `namespace/name` of the ApplicationSet, and a number for each of its generators */
  readonly current: (slot: string, followed: { readonly repoURL: string; readonly targetRevision: string }, options?: { readonly now?: boolean; readonly signal?: AbortSignal }) => Promise<{ readonly revision?: string; readonly error?: unknown }>;
  /** Of all slots of an ApplicationSet but these. */
  readonly releaseOthers: (key: string, slots: readonly string[]) => void;
  /** Of all slots of an ApplicationSet. */
  readonly release: (key: string) => void;
}

/** Renders ApplicationSets, each once for a commit of its repositories. */
export interface Generations {
  /**
   * @param isAsked ask Git now, whatever is known
   * @throws GenerationError
   */
  readonly get: (key: string, set: ApplicationSet, isAsked: boolean, signal: AbortSignal) => Promise<Generation>;
  readonly forget: (key: string) => void;
}

interface Kept {
  readonly identity: string;
  readonly generation: Generation;
}

export interface GenerationsOptions {
  readonly revisions: FollowRevisions;
  readonly readTree: ReadTree;
  /** Why a generator may not read its repository; undefined where it may. Absent: each may. */
  readonly refusalOf?: (set: ApplicationSet, generator: GitGenerating) => Promise<string | undefined>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createGenerations({ revisions, readTree, refusalOf, now }: GenerationsOptions): Generations {
  const kept = new Map<string, Kept>();
  return {
    get: async (key, set, isAsked, signal) => {
      const commits = new Map<string, string>();
      const refusal = await refusalIn(set, refusalOf);
      if (refusal !== undefined) {
        // what may not be read is not asked either
        revisions.release(key);
        throw refusal;
      }
      const slots = set.spec.generators.map((_generator, index) => `${key} ${index}`);
      revisions.releaseOthers(key, slots.filter((_slot, index) => set.spec.generators[index]?.kind !== 'list'));
      for (const [index, generator] of set.spec.generators.entries()) {
        if (generator.kind !== 'list') commits.set(sourceOf(generator), await commitOf(generator, index, () => revisions.current(slots[index] ?? key, followed(generator), { now: isAsked, signal })));
      }
      const identity = JSON.stringify([set.metadata.namespace, set.spec, [...commits]]);
      const known = kept.get(key);
      if (known?.identity === identity) return known.generation;
      const read: ReadTree = (repoURL, revision, until) => readTree(repoURL, commits.get(`${revision}\n${repoURL}`) ?? revision, until);
      const generation = await generateApplications(set, { readTree: read, now }, signal);
      kept.set(key, { identity, generation });
      return generation;
    },
    forget: (key) => {
      kept.delete(key);
      revisions.release(key);
    },
  };
}

export type GitGenerating = Exclude<ApplicationSetGenerator, { readonly kind: 'list' }>;

async function refusalIn(set: ApplicationSet, refusalOf: GenerationsOptions['refusalOf']): Promise<GenerationError | undefined> {
  for (const [index, generator] of set.spec.generators.entries()) {
    const message = generator.kind === 'list' ? undefined : await refusalOf?.(set, generator);
    if (message !== undefined) return new GenerationError('parameters', formatPath(['spec', 'generators', index, 'git', 'repoURL']), message);
  }
  return undefined;
}

function followed({ git: { repoURL, revision } }: GitGenerating): { readonly repoURL: string; readonly targetRevision: string } {
  return { repoURL, targetRevision: revision };
}

function sourceOf({ git: { repoURL, revision } }: GitGenerating): string {
  return `${revision}\n${repoURL}`;
}

/** A repository that does not answer now is no reason to work with what it said before: nobody knows what is meant. */
async function commitOf({ git: { revision } }: GitGenerating, index: number, ask: () => ReturnType<FollowRevisions['current']>): Promise<string> {
  const { revision: commit, error } = await ask();
  if (error !== undefined || commit === undefined) {
    // nobody vouches for the message of any other error
    const message = isSourceError(error) ? error.message : 'the repository could not be read; the log says more';
    throw new GenerationError('parameters', formatPath(['spec', 'generators', index, 'git', 'repoURL']), message, { cause: error });
  }
  // what is not committed is read as it is
  return commit === 'worktree' ? revision : commit;
}
