/** One ExternalSecret that External Secrets has synced: what it asks for, and what its Secret holds. */
export interface Taken {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly creationPolicy: 'Owner' | 'Orphan' | 'Merge' | 'None';
  readonly immutable: boolean;
  /** What the controller wrote; absent: it writes nothing. */
  readonly data?: Readonly<Record<string, string>>;
  /** Keys of the Secret that are somebody else's. */
  readonly foreign?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly type?: string;
  /** Labels and annotations of the ExternalSecret itself. */
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
  /** It was edited after its last sync, which External Secrets takes no note of. */
  readonly isStale?: true;
  /** Its Secret has lost the created-by label, which External Secrets does not look at. */
  readonly isUnmarked?: true;
  /** The provider held nothing at the last sync. */
  readonly result?: 'deleted' | 'retained';
}

const creations = ['Owner', 'Orphan', 'Merge', 'None'] as const;
const deletions = ['Retain', 'Merge', 'Delete'] as const;
const refreshes = [{}, { refreshPolicy: 'Periodic', refreshInterval: '24h' }, { refreshPolicy: 'OnChange' }, { refreshPolicy: 'CreatedOnce' }, { refreshInterval: '0' }] as const;
const sources = ['data', 'extract', 'find', 'password', 'uuid', 'template', 'labelled'] as const;

/** Combinations that External Secrets' webhook refuses. */
function isAllowed(creation: Taken['creationPolicy'], deletion: (typeof deletions)[number], immutable: boolean): boolean {
  if (deletion === 'Delete' && creation !== 'Owner') return false;
  return !(deletion === 'Merge' && creation === 'None') && !(immutable && creation !== 'Owner' && creation !== 'Orphan');
}

/** So many ExternalSecrets that every combination of policies and sources is among them, over and over. */
export function takenOver(count: number, store: string): readonly Taken[] {
  const all: Omit<Taken, 'name'>[] = [];
  for (const source of sources) {
    for (const refresh of refreshes) {
      for (const creationPolicy of creations) {
        for (const deletionPolicy of deletions) {
          for (const immutable of [false, true]) {
            if (!isAllowed(creationPolicy, deletionPolicy, immutable)) continue;
            all.push(make(source, { refresh, creationPolicy, deletionPolicy, immutable, store }));
          }
        }
      }
    }
  }
  return Array.from({ length: count }, (_, index) => {
    const one = all[index % all.length];
    if (one === undefined) throw new Error('there are no combinations');
    // every tenth name is so long that External Secrets hashes it in the field manager
    return { ...one, name: index % 10 === 0 ? `a-name-of-more-than-27-characters-${index}` : `taken-${index}` };
  });
}

/** States that come of time and people, and not of policies: what External Secrets would leave as it is. */
export function takenOddly(store: string): readonly Taken[] {
  const zero = { refreshInterval: '0' };
  const once = { refreshPolicy: 'CreatedOnce' };
  const policies = (refresh: Readonly<Record<string, string>>, deletionPolicy = 'Retain'): Policies => ({ refresh, creationPolicy: 'Owner', deletionPolicy, immutable: false, store });
  const metadata = { labels: { 'helm.sh/chart': 'app-1.2.3', team: 'a' }, annotations: { 'external-secrets.io/force-sync': '3', note: 'x' } };
  const { data: _gone, ...absent } = make('data', policies({}, 'Delete'));
  const all: readonly Omit<Taken, 'name'>[] = [
    ...sources.flatMap((source) => [
      { ...make(source, policies(zero)), metadata },
      { ...make(source, policies(zero)), metadata, isStale: true } as const,
      { ...make(source, policies(once)), metadata, isStale: true } as const,
      { ...make(source, policies({})), metadata },
    ]),
    { ...make('password', policies(once)), isUnmarked: true },
    { ...make('uuid', policies(zero)), isUnmarked: true },
    { ...make('data', policies({})), isUnmarked: true },
    { ...make('data', policies({})), result: 'retained' },
    { ...absent, result: 'deleted' },
  ];
  return all.map((one, index) => ({ ...one, name: `odd-${index}` }));
}

interface Policies extends Pick<Taken, 'creationPolicy' | 'immutable'> {
  readonly refresh: Readonly<Record<string, string>>;
  readonly deletionPolicy: string;
  readonly store: string;
}

function make(source: (typeof sources)[number], { refresh, creationPolicy, deletionPolicy, immutable, store }: Policies): Omit<Taken, 'name'> {
  const { read, data, template, ...rest } = content(source);
  const target = { creationPolicy, deletionPolicy, ...(immutable ? { immutable } : {}), ...(template === undefined ? {} : { template }) };
  return {
    spec: { refreshInterval: '1h', ...refresh, secretStoreRef: { name: store, kind: 'SecretStore' }, target, ...read },
    creationPolicy,
    immutable,
    ...(creationPolicy === 'None' ? {} : { data }),
    ...(creationPolicy === 'Merge' ? { foreign: { theirs: 'not ours' } } : {}),
    ...rest,
  };
}

interface Content extends Pick<Taken, 'labels' | 'type'> {
  readonly read: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, string>>;
  readonly template?: Readonly<Record<string, unknown>>;
}

function content(source: (typeof sources)[number]): Content {
  const entry = { secretKey: 'password', remoteRef: { key: 'prod/db' } };
  switch (source) {
    case 'data':
      return { read: { data: [entry] }, data: { password: 'hunter2' } };
    case 'extract':
      return { read: { dataFrom: [{ extract: { key: 'prod/json' } }] }, data: { user: 'me', password: 'x' } };
    case 'find':
      return { read: { dataFrom: [{ find: { name: { regexp: '^prod/' } } }] }, data: { prod_db: 'hunter2', prod_json: '{"user":"me","password":"x"}' } };
    // values that nobody can make again: made anew they would lock out whoever uses them
    case 'password':
      return { read: { dataFrom: [{ sourceRef: { generatorRef: { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Password', name: 'random' } } }] }, data: { password: 'made-once-by-upstream' } };
    case 'uuid':
      return { read: { dataFrom: [{ sourceRef: { generatorRef: { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'ClusterGenerator', name: 'random' } } }] }, data: { uuid: '3b1f8c4e-0000-4000-8000-000000000000' } };
    case 'template':
      return { read: { data: [entry] }, data: { url: 'postgres://hunter2' }, type: 'example.com/url', template: { engineVersion: 'v2', mergePolicy: 'Replace', type: 'example.com/url', data: { url: 'postgres://{{ .password }}' } } };
    case 'labelled':
      return { read: { data: [entry] }, data: { password: 'hunter2' }, labels: { team: 'a' }, template: { engineVersion: 'v2', mergePolicy: 'Replace', metadata: { labels: { team: 'a' } } } };
  }
}

/** What the provider holds for all of them. */
export const takenRemote: Readonly<Record<string, string>> = { 'prod/db': 'hunter2', 'prod/json': '{"user":"me","password":"x"}' };
