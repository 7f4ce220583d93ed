import type { SourceNews } from '../../gitops/source/source-news.ts';
import type { RevisionPoller } from './revision-poller.ts';

/** The Applications of which a server refuses a source. They are woken when credentials change: their own, or those of a chart they depend on. */
export interface RefusedSources {
  readonly note: (application: string) => void;
  readonly settle: (application: string) => void;
  readonly close: () => void;
}

export interface RefusedSourcesOptions {
  readonly revisions: Pick<RevisionPoller, 'refresh'>;
  readonly news?: Pick<SourceNews, 'subscribe'>;
  readonly wake: (application: string) => void;
}

/** Hands news about repositories on to whoever follows them, and wakes whom credentials were missing. */
export function createRefusedSources({ revisions, news, wake }: RefusedSourcesOptions): RefusedSources {
  const refused = new Set<string>();
  const stop = news?.subscribe(({ concerns, isAboutCredentials }) => {
    const looked = revisions.refresh(concerns);
    if (isAboutCredentials === true) for (const application of refused) wake(application);
    return looked;
  });
  return { note: (application) => void refused.add(application), settle: (application) => void refused.delete(application), close: () => stop?.() };
}
