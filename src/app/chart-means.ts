import { createChartSources } from '../gitops/render/helm/fetch/chart-sources.ts';
import { createManifestReader } from '../gitops/render/manifest-reader.ts';
import { createRenderers } from '../gitops/render/render-source.ts';
import type { Renderer } from '../gitops/render/renderer.ts';
import type { RendererName } from '../gitops/render/renderer-choice.ts';
import type { ChartSources } from '../gitops/source/resolver.ts';
import type { Clock } from '../lib/clock.ts';
import { createHttpClient } from '../lib/http-client.ts';

/** What a process that may fetch renders with. */
export interface ChartMeans {
  readonly charts: ChartSources;
  readonly renderers: readonly Renderer[];
  /** Drops the connections to chart repositories. */
  readonly close: () => Promise<void>;
}

/** Text of manifests that is remembered, in bytes: most files of a commit are those of the one before. */
const manifestCache = 64 << 20;

/** Puts together what renders Applications, packaged charts among them. @param renderer for Applications that do not say; absent: `builtin` */
export function createChartMeans(clock: Clock, renderer?: RendererName): ChartMeans {
  const http = createHttpClient({ clock });
  const charts = createChartSources({ http: http.request, clock });
  const renderers = createRenderers(createManifestReader(manifestCache), { clock, sources: charts, ...(renderer === undefined ? {} : { charts: renderer }) });
  return { charts, renderers, close: http.close };
}
