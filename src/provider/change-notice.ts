/** Facts that tell where a value lives: `region`, `project`, `vault`. */
export type NoticeScope = Readonly<Record<string, string>>;

/** That something has changed at a provider. It never carries a value: whoever is concerned reads for himself. */
export interface ChangeNotice {
  /** The adapter's id. */
  readonly provider: string;
  /** Where it has changed. A fact that the notice or the store does not tell excludes nothing. */
  readonly scope: NoticeScope;
  /** The names of what has changed, as `StorePlace.keysOf` tells them; any of them will do. */
  readonly keys: readonly string[];
  /** Everything below this path has changed too: `prod/`; empty: everything. Absent: `keys` alone. */
  readonly under?: string;
}

/** Where the values of one store live, in the terms of notices. */
export interface StorePlace {
  readonly scope: NoticeScope;
  /** What notices call a remote key of the store; several where that cannot be told for sure. */
  readonly keysOf: (remoteKey: string) => readonly string[];
  /** Under which names a search of the store may find what a notice names; absent: under the same. */
  readonly foundAs?: (key: string) => readonly string[];
}

/** Tells the place of a store from what stands under `spec.provider.<id>`; undefined where that makes no sense. */
export type PlaceOf = (config: unknown) => StorePlace | undefined;

/** Whether two scopes may be one: no fact that both tell differs. */
export function scopesMeet(a: NoticeScope, b: NoticeScope): boolean {
  return Object.entries(a).every(([name, value]) => (Object.hasOwn(b, name) ? b[name] === value : true));
}

/** One text for all notices that say the same. */
export function noticeId({ provider, scope, keys, under }: ChangeNotice): string {
  return JSON.stringify([provider, Object.entries(scope).toSorted(([a], [b]) => (a < b ? -1 : 1)), keys.toSorted(), under ?? null]);
}
