import { createSemaphore } from '../../src/lib/semaphore.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { asResult } from '../../src/provider/as-result.ts';
import type { ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { GitlabApi, Owner, Variable } from './api.ts';
import type { GitlabConfig } from './config.ts';
import { findVariables } from './find.ts';
import { anyScope, isAny, pickVariable } from './scope.ts';

type Where = Pick<GitlabConfig, 'projectId' | 'groupIds' | 'inheritsFromGroups' | 'environment'>;

/** One list serves them all. */
const batchSize = 1000;
/** Single variables asked for side by side. */
const singlesAtOnce = 4;
/** What GitLab takes as the name of a variable. */
const variableName = /^[A-Za-z0-9_]{1,255}$/;

/** Reads variables: of a single reference by name, of several by the lists of their owners, the nearest first. */
export function createGitlabClient(api: GitlabApi, where: Where): ProviderClient {
  const open = (): VariableReader => new VariableReader(api.bounded(), where);
  return {
    batchSize,
    read: async (refs, signal) => {
      signal.throwIfAborted();
      const keys = new Set(refs.flatMap((ref) => (refusalOf(ref) === undefined ? [keyOf(ref)] : [])));
      const results = keys.size === 1 ? await open().readSingly([...keys], signal) : await open().readListed(keys, signal);
      return refs.map((ref) => refusalOf(ref) ?? results.get(keyOf(ref)) ?? { kind: 'absent' });
    },
    find: async (query, signal) => {
      const reader = open();
      return findVariables({ api: reader.api, owners: await reader.owners(signal), environment: where.environment }, query, signal);
    },
    validate: async (signal) => {
      const reader = open();
      for (const owner of await reader.owners(signal)) await reader.api.check(owner, signal);
      return 'valid';
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Names of variables have no hyphens; names of Secrets' keys often do, as upstream has it. */
function keyOf({ key }: RemoteRef): string {
  return key.replaceAll('-', '_');
}

function refusalOf(ref: RemoteRef): ReadResult | undefined {
  const refuse = (kind: 'unsupported' | 'invalid', message: string): ReadResult => ({ kind: 'error', error: new ProviderError(kind, message) });
  if (ref.version !== undefined && ref.version !== '') return refuse('unsupported', 'version: GitLab keeps one value of a variable only');
  if (ref.metadata === true) return refuse('unsupported', 'metadataPolicy: variables of GitLab have no metadata that could be read');
  return variableName.test(keyOf(ref)) ? undefined : refuse('invalid', 'the key cannot be the name of a variable of GitLab: that is made of letters, digits and _');
}

class VariableReader {
  readonly api: GitlabApi;
  readonly #where: Where;

  constructor(api: GitlabApi, where: Where) {
    this.api = api;
    this.#where = where;
  }

  /** All whose variables count, the nearest last. */
  async owners(signal: AbortSignal): Promise<readonly Owner[]> {
    const project = this.#project();
    return [...(await this.#groups(signal)), ...(project === undefined ? [] : [project])];
  }

  /** Each asked for by its name. */
  async readSingly(keys: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, ReadResult>> {
    const turns = createSemaphore(singlesAtOnce);
    const groups = this.#groupsOnce(signal);
    return new Map(await Promise.all(keys.map(async (key) => [key, await asResult(() => turns.run(() => this.#askFor(key, groups, signal), signal))] as const)));
  }

  /** Lists owner after owner, for as long as there is something that none so far has. */
  async readListed(keys: ReadonlySet<string>, signal: AbortSignal): Promise<ReadonlyMap<string, ReadResult>> {
    const results = new Map<string, ReadResult>();
    const unsure = new Set<string>();
    const open = (): readonly string[] => [...keys].filter((key) => !results.has(key));
    const listOf = async (owner: Owner): Promise<void> => {
      if (open().length === 0) return;
      const listed = await asResult(() => this.api.variables(owner, signal));
      for (const key of open()) {
        const result = 'kind' in listed ? listed : resultOf(pickVariable(listed.variables, key, this.#where.environment));
        if (result !== undefined) results.set(key, result);
        else if ('isWhole' in listed && !listed.isWhole) unsure.add(key);
      }
    };
    const project = this.#project();
    if (project !== undefined) await listOf(project);
    if (open().length > 0) {
      const groups = await asResult(() => this.#groups(signal));
      if ('kind' in groups) for (const key of open()) results.set(key, groups);
      else for (const group of groups.toReversed()) await listOf(group);
    }
    // while pages are turned entries move: what lies on several is believed to be gone only where GitLab says so itself
    const gone = open().filter((key) => unsure.has(key));
    return gone.length === 0 ? results : new Map([...results, ...(await this.readSingly(gone, signal))]);
  }

  async #askFor(key: string, groups: () => Promise<readonly Owner[]>, signal: AbortSignal): Promise<ReadResult> {
    const project = this.#project();
    const found = project === undefined ? undefined : await this.#askOwner(project, key, signal);
    if (found !== undefined) return resultOf(found) ?? { kind: 'absent' };
    for (const group of (await groups()).toReversed()) {
      const inherited = await this.#askOwner(group, key, signal);
      if (inherited !== undefined) return resultOf(inherited) ?? { kind: 'absent' };
    }
    return { kind: 'absent' };
  }

  /** Of the environment, or else of all. */
  async #askOwner(owner: Owner, key: string, signal: AbortSignal): Promise<Variable | undefined> {
    const { environment } = this.#where;
    const found = await this.api.variable(owner, { key, scope: environment }, signal);
    return found !== undefined || isAny(environment) ? found : this.api.variable(owner, { key, scope: anyScope }, signal);
  }

  #project(): Owner | undefined {
    const { projectId: id } = this.#where;
    return id === undefined ? undefined : { kind: 'project', id };
  }

  async #groups(signal: AbortSignal): Promise<readonly Owner[]> {
    const project = this.#project();
    const { groupIds, inheritsFromGroups } = this.#where;
    return inheritsFromGroups && project !== undefined ? this.api.groupsOf(project, signal) : groupIds.map((id) => ({ kind: 'group', id }));
  }

  #groupsOnce(signal: AbortSignal): () => Promise<readonly Owner[]> {
    let asked: Promise<readonly Owner[]> | undefined;
    return () => (asked ??= this.#groups(signal));
  }
}

function resultOf(found: Variable | ProviderError | undefined): ReadResult | undefined {
  if (found === undefined) return undefined;
  if (found instanceof ProviderError) return { kind: 'error', error: found };
  const { value } = found;
  if (typeof value === 'string') return { kind: 'value', value: SecretBytes.fromUtf8(value) };
  return { kind: 'error', error: new ProviderError('denied', 'GitLab shows the value of a hidden variable to nobody; make one that is masked and not hidden') };
}
