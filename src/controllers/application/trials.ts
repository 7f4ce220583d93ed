/** When each Application's newest revision got past its barrier. In memory only: after a restart a revision has its time anew. */
export interface Trials {
  /** @param now notes this time, in milliseconds since the epoch, where none is known of that revision; undefined: notes nothing */
  readonly since: (key: string, revision: string, now: number | undefined) => number | undefined;
  readonly forget: (key: string) => void;
}

export function createTrials(): Trials {
  const begun = new Map<string, { readonly revision: string; readonly at: number }>();
  return {
    since: (key, revision, now) => {
      const known = begun.get(key);
      if (known?.revision === revision) return known.at;
      begun.delete(key);
      if (now !== undefined) begun.set(key, { revision, at: now });
      return now;
    },
    forget: (key) => {
      begun.delete(key);
    },
  };
}
