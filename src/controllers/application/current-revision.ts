import type { Application } from '../../api/application.ts';
import { joinRevisions, sourcesOf } from '../../gitops/render/render-application.ts';
import type { AskOptions, Polled, RevisionPoller } from './revision-poller.ts';

/** What all sources of an Application stand for, as one revision; undefined until each is known. */
export async function currentRevision(revisions: RevisionPoller, key: string, application: Pick<Application, 'spec'>, options: AskOptions = {}): Promise<Polled> {
  const followed = sourcesOf(application).map(({ source: { repoURL, targetRevision, chart } }) => ({ repoURL, targetRevision, ...(chart === undefined ? {} : { chart }) }));
  const polled: Polled[] = [];
  const slots = followed.map((_source, index) => (index === 0 ? key : `${key} ${index}`));
  for (const [index, source] of followed.entries()) polled.push(await revisions.current(slots[index] ?? key, source, options));
  // a source that it has no more would be asked for ever
  revisions.releaseOthers(key, slots);
  const error = polled.find((one) => one.error !== undefined)?.error;
  const known = polled.flatMap(({ revision }) => revision ?? []);
  return { ...(known.length === polled.length ? { revision: joinRevisions(known) } : {}), ...(error === undefined ? {} : { error }) };
}
