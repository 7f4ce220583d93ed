import { type ExternalSecret, parseExternalSecret } from '../../api/external-secret.ts';
import { clusterExternalSecretFinalizer, externalSecretFinalizer, generatorStateFinalizer, namespaceFinalizerPrefix, pushSecretFinalizer, storeFinalizer } from '../../api/names.ts';
import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import type { FieldError } from '../../api/schema.ts';
import { parseSecretStore } from '../../api/secret-store.ts';
import { generatorsApiVersion } from '../../api/source-reference.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import type { CheckObject } from '../../server/object-check.ts';
import { refreshReason } from './adoption.ts';
import { type ProblemCount, ProblemCounts } from './problem-counts.ts';

/** What is to be said of the objects of both groups. */
export interface Survey {
  /** Objects of each kind. */
  readonly counts: ReadonlyMap<string, number>;
  /** Objects that this version could not serve. */
  readonly problems: readonly ProblemCount[];
  /** Objects that serve, or ask for, another controller class. */
  readonly otherClass: number;
  /** Stores that name no class: every controller serves them, whatever its own. */
  readonly anyClass: number;
  /** The same of generators. */
  readonly anyClassGenerators: number;
  /** ExternalSecrets that are taken over without a read and without a write. */
  readonly silent: number;
  /** ExternalSecrets that are read from their providers at once, by reason. */
  readonly refreshed: readonly ProblemCount[];
  /** Objects that carry a finalizer of upstream's, which only a running controller takes off; Namespaces are among them. */
  readonly finalizers: readonly ProblemCount[];
}

export interface TallyOptions {
  readonly check: CheckObject;
  readonly controllerClass: string;
  /** Secrets with the managed label, by `namespace/name`. */
  readonly live: ReadonlyMap<string, LiveSecret>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const finalizers: ReadonlySet<string> = new Set([externalSecretFinalizer, clusterExternalSecretFinalizer, pushSecretFinalizer, storeFinalizer, generatorStateFinalizer]);

interface StoreVerdict {
  readonly controller: string;
  readonly isSound: boolean;
}

/** Counts objects one by one. Stores come before what refers to them. */
export class ObjectTally {
  readonly #options: TallyOptions;
  readonly #counts = new Map<string, number>();
  readonly #problems = new ProblemCounts();
  readonly #refreshed = new ProblemCounts();
  readonly #finalizers = new ProblemCounts();
  /** By `Kind key`. */
  readonly #stores = new Map<string, StoreVerdict>();
  #otherClass = 0;
  #anyClass = 0;
  #anyClassGenerators = 0;
  #silent = 0;

  constructor(options: TallyOptions) {
    this.#options = options;
  }

  add(object: KubeObject): void {
    const { kind, metadata } = object;
    const name = formatKey(keyOf(object));
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    for (const finalizer of metadata.finalizers ?? []) if (finalizers.has(finalizer)) this.#finalizers.add(kind, finalizer, name);
    const check = this.#options.check(object);
    if (check === undefined) {
      if (kind !== 'GeneratorState') this.#problems.add(kind, 'this version of Prelude does not serve the kind', name);
      return;
    }
    const isOther = kind === 'SecretStore' || kind === 'ClusterSecretStore' ? this.#addStore(object, check.errors) : this.#isOtherClass(object);
    if (object.apiVersion === generatorsApiVersion && classOf(object) === '') this.#anyClassGenerators += 1;
    if (isOther) this.#otherClass += 1;
    else if (check.errors.length > 0) for (const problem of new Set(check.errors.map(problemOf))) this.#problems.add(kind, problem, name);
    else if (kind === 'ExternalSecret') this.#addExternalSecret(object, name);
  }

  addNamespace({ metadata }: KubeObject): void {
    if ((metadata.finalizers ?? []).some((finalizer) => finalizer.startsWith(namespaceFinalizerPrefix))) this.#finalizers.add('Namespace', `${namespaceFinalizerPrefix}NAME`, metadata.name);
  }

  result(): Survey {
    return {
      counts: this.#counts,
      problems: this.#problems.list(),
      otherClass: this.#otherClass,
      anyClass: this.#anyClass,
      anyClassGenerators: this.#anyClassGenerators,
      silent: this.#silent,
      refreshed: this.#refreshed.list(),
      finalizers: this.#finalizers.list(),
    };
  }

  /** @returns whether it is another class's */
  #addStore(object: KubeObject, errors: readonly FieldError[]): boolean {
    const parsed = parseSecretStore(object);
    const controller = parsed.ok ? parsed.value.spec.controller : classOf(object);
    if (controller === '') this.#anyClass += 1;
    this.#stores.set(`${object.kind} ${formatKey(keyOf(object))}`, { controller, isSound: errors.length === 0 });
    return this.#isOther(controller);
  }

  #isOtherClass(object: KubeObject): boolean {
    if (object.kind !== 'ExternalSecret') return object.apiVersion === generatorsApiVersion && this.#isOther(classOf(object));
    return this.#storesOf(object).some((store) => store !== undefined && this.#isOther(store.controller));
  }

  #isOther(controller: string): boolean {
    return controller !== '' && controller !== this.#options.controllerClass;
  }

  #storesOf(object: KubeObject): readonly (StoreVerdict | undefined)[] {
    const parsed = parseExternalSecret(object);
    if (!parsed.ok) return [];
    const { secretStoreRef, data, dataFrom } = parsed.value.spec;
    const references = [secretStoreRef, ...data.map(({ store }) => store), ...dataFrom.map((entry) => (entry.kind === 'generator' ? undefined : entry.store))];
    const { namespace = '' } = object.metadata;
    return references.flatMap((reference) => (reference === undefined ? [] : [this.#stores.get(reference.kind === 'SecretStore' ? `SecretStore ${namespace}/${reference.name}` : `ClusterSecretStore ${reference.name}`)]));
  }

  #addExternalSecret(object: KubeObject, name: string): void {
    const parsed = parseExternalSecret(object);
    if (!parsed.ok || object.metadata.deletionTimestamp !== undefined) return;
    if (this.#storesOf(object).some((store) => store?.isSound === false)) this.#problems.add('ExternalSecret', 'its store is one that this version of Prelude cannot serve', name);
    else this.#judge(parsed.value, name);
  }

  #judge(externalSecret: ExternalSecret, name: string): void {
    const { metadata, spec } = externalSecret;
    const live = this.#options.live.get(formatKey({ namespace: metadata.namespace ?? '', name: spec.targetName ?? metadata.name }));
    const reason = refreshReason(externalSecret, live, this.#options.now);
    if (reason === undefined) this.#silent += 1;
    else this.#refreshed.add('ExternalSecret', reason, name);
  }
}

/** `spec.controller` as it stands. */
function classOf({ spec }: KubeObject): string {
  const controller: unknown = typeof spec === 'object' && spec !== null ? Object.getOwnPropertyDescriptor(spec, 'controller')?.value : undefined;
  return typeof controller === 'string' ? controller : '';
}

/** The same for all objects that have it, wherever in a list it stands. */
function problemOf({ path, message }: FieldError): string {
  return path === '' ? message : `${path.replace(/\[\d+\]/g, '[]')}: ${message}`;
}
