import type { RepositoryMapping } from '../app/options.ts';
import type { CheckProvider } from '../gitops/plan/declare/declare.ts';
import { planRepository } from '../gitops/plan/plan-repository.ts';
import type { RepositoryPlan } from '../gitops/plan/planned-application.ts';
import { createManifestReader } from '../gitops/render/manifest-reader.ts';
import { createRenderers } from '../gitops/render/render-source.ts';
import type { RendererName } from '../gitops/render/renderer-choice.ts';
import { openHome } from '../gitops/source/home.ts';
import { createResolver } from '../gitops/source/resolver.ts';

export interface RepositoryOptions {
  /** A folder. */
  readonly path: string;
  readonly repositories: readonly RepositoryMapping[];
  /** Who renders charts of Applications that do not say; absent: `builtin`. */
  readonly renderer?: RendererName;
  /** Loads what checks `spec.provider` of stores; absent: only the core's own fields are checked. */
  readonly loadProviderCheck?: () => Promise<CheckProvider>;
}

/** A run reads most files twice, once to look for Applications and once to render them. */
const cacheBytes = 64 << 20;

/**
 * Plans the repository at a folder, offline.
 * @throws SourceError where the folder cannot be read
 */
export async function readRepository({ path, repositories, renderer, loadProviderCheck }: RepositoryOptions, signal: AbortSignal): Promise<RepositoryPlan> {
  const home = await openHome(path, {}, signal);
  const resolver = createResolver({ home, mapped: new Map(repositories.map((mapping) => [mapping.url, mapping.path])) });
  const reader = createManifestReader(cacheBytes);
  const renderers = createRenderers(reader, { givesWay: false, ...(renderer === undefined ? {} : { charts: renderer }) });
  return planRepository({ home, resolver, reader, renderers, ...(loadProviderCheck === undefined ? {} : { loadProviderCheck }) }, signal);
}
