/** That something has changed about repositories. */
export interface SourceNotice {
  /** Which, by their URLs as Applications have them. */
  readonly concerns: (repoURL: string) => boolean;
  /** How servers are asked has changed: whoever was refused may not be any more. */
  readonly isAboutCredentials?: true;
}

/** Hears of a notice, and answers how many repositories it looks at because of it. */
export type HearNotice = (notice: SourceNotice) => number;

/** Carries news from whoever hears of pushes and credentials to whoever follows revisions. Nothing is kept. */
export interface SourceNews {
  /** Answers how many repositories are looked at because of it. */
  readonly tell: HearNotice;
  /** Returns what ends it. */
  readonly subscribe: (hear: HearNotice) => () => void;
}

export function createSourceNews(): SourceNews {
  const listeners = new Set<HearNotice>();
  return {
    tell: (notice) => [...listeners].reduce((sum, hear) => sum + hear(notice), 0),
    subscribe: (hear) => {
      listeners.add(hear);
      return () => void listeners.delete(hear);
    },
  };
}
