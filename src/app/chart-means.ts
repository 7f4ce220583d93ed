import { createChartSources } from '../gitops/render/helm/fetch/chart-sources.ts';
import { createManifestReader } from '../gitops/render/manifest-reader.ts';
import { createRenderers } from '../gitops/render/render-source.ts';
import type { Renderer } from '../gitops/render/renderer.ts';
import type { RendererName } from '../gitops/render/renderer-choice.ts';
import type { RepositoryCredentials } from '../gitops/source/credentials/repository-credentials.ts';
import type { ChartSources } from '../gitops/source/resolver.ts';
import type { Clock } from '../lib/clock.ts';
import { createHttpClient } from '../lib/http-client.ts';

/** What a process that may fetch renders with. */
export interface ChartMeans {
  readonly charts: ChartSources;
  readonly renderers: readonly Renderer[];
  /** Drops the connections to chart repositories, and ends the threads that render. */
  readonly close: () => Promise<void>;
}

/** How chart repositories are reached. */
export interface ChartAccess {
  /** Of repositories and registries; absent: only public charts are fetched. */
  readonly credentials?: RepositoryCredentials;
  /** Addresses of this machine that are refused besides the loopback ones. */
  readonly ownAddresses?: readonly string[];
}

/** Text of manifests that is remembered, in bytes: most files of a commit are those of the one before. */
const manifestCache = 64 << 20;

/**
 * Puts together what renders Applications, packaged charts among them.
 * @param renderer for Applications that do not say; absent: `builtin`
 */
export function createChartMeans(clock: Clock, renderer?: RendererName, { credentials, ownAddresses = [] }: ChartAccess = {}): ChartMeans {
  const http = createHttpClient({ clock, ownAddresses });
  const charts = createChartSources({ http: http.request, clock, ...(credentials === undefined ? {} : { credentials }) });
  const renderers = createRenderers(createManifestReader(manifestCache), { clock, sources: charts, ...(renderer === undefined ? {} : { charts: renderer }) });
  const close = async (): Promise<void> => void (await Promise.all([http.close(), ...renderers.map((one) => one.close?.())]));
  return { charts, renderers, close };
}
