import { formatKey, type ObjectKey } from '../../api/object.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import type { NamedCredential } from '../../provider/store-reader.ts';

/** A store or generator, as the objects of one namespace use it: one of the cluster may leave it to them where its credentials are. */
export interface SourceUsage {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/**
 * Which ExternalSecrets read through a store, or use a generator, whose credentials stand in some Secret or ConfigMap. What it names is
 * computed once for all objects of a namespace, and anew when it changes.
 */
export class CredentialIndex {
  readonly #credentialsOf: (usage: SourceUsage) => readonly NamedCredential[];
  readonly #usages = new Map<string, SourceUsage>();
  readonly #byObject = new Map<string, readonly string[]>();
  readonly #objects = new ReverseIndex();
  readonly #bySource = new ReverseIndex();
  readonly #byCredential = new ReverseIndex();

  /** @param credentialsOf what the store or generator names as it is now; nothing where there is none */
  constructor(credentialsOf: (usage: SourceUsage) => readonly NamedCredential[]) {
    this.#credentialsOf = credentialsOf;
  }

  /** Replaces what an object reads; an empty list removes it. */
  set(object: string, usages: readonly SourceUsage[]): void {
    const before = this.#byObject.get(object) ?? [];
    this.#objects.set(object, usages.map(usageId));
    this.#byObject.set(object, usages.map(usageId));
    if (usages.length === 0) this.#byObject.delete(object);
    for (const usage of usages) {
      if (this.#usages.has(usageId(usage))) continue;
      this.#usages.set(usageId(usage), usage);
      this.#bySource.set(usageId(usage), [sourceTerm(usage)]);
      this.#index(usage);
    }
    for (const id of before) if (this.#objects.itemsOf(id).size === 0) this.#drop(id);
  }

  /**
   * A store or generator has come, changed or gone.
   * @param term its `sourceTerm`
   */
  refresh(term: string): void {
    for (const id of this.#bySource.itemsOf(term)) {
      const usage = this.#usages.get(id);
      if (usage !== undefined) this.#index(usage);
    }
  }

  /** The objects that read as whom a Secret or ConfigMap says. */
  objectsOf(kind: NamedCredential['kind'], { namespace = '', name }: ObjectKey): ReadonlySet<string> {
    const usages = [...this.#byCredential.itemsOf(credentialTerm({ kind, namespace, name }))];
    return new Set(usages.flatMap((id) => [...this.#objects.itemsOf(id)]));
  }

  #index(usage: SourceUsage): void {
    this.#byCredential.set(usageId(usage), this.#credentialsOf(usage).map(credentialTerm));
  }

  #drop(id: string): void {
    this.#usages.delete(id);
    this.#bySource.set(id, []);
    this.#byCredential.set(id, []);
  }
}

function usageId({ kind, name, namespace }: SourceUsage): string {
  return `${kind} ${namespace}/${name}`;
}

const clusterKinds: ReadonlySet<string> = new Set(['ClusterSecretStore', 'ClusterGenerator']);

/** Names a store or generator whichever namespace uses it. */
function sourceTerm({ kind, name, namespace }: SourceUsage): string {
  return `${kind} ${formatKey(clusterKinds.has(kind) ? { name } : { namespace, name })}`;
}

function credentialTerm({ kind, namespace, name }: NamedCredential): string {
  return `${kind} ${namespace}/${name}`;
}
