import { type Clock, systemClock } from '../../lib/clock.ts';
import { createDirectoryRenderer } from './directory-renderer.ts';
import { createHelmEngine } from './helm-binary/helm-engine.ts';
import { createBuiltinEngine } from './helm/builtin-engine.ts';
import { createHelmRenderer } from './helm/helm-renderer.ts';
import { createKustomizeRenderer } from './kustomize/kustomize-renderer.ts';
import type { ManifestReader } from './manifest-reader.ts';
import type { Tool } from '../plan/plan.ts';
import type { ChartSources } from '../source/resolver.ts';
import type { Rendered, Renderer, RenderInput, ValuesFromCluster } from './renderer.ts';
import { chosenRenderer, type RendererName } from './renderer-choice.ts';
import { isChartFile } from './tool-files.ts';

export interface RendererOptions {
  readonly clock?: Clock;
  /** Who renders charts of Applications that do not say; absent: `builtin`. */
  readonly charts?: RendererName;
  /** Whether threads come behind the one that asks. Absent: they do; a command that only waits for them is done sooner where they do not. */
  readonly givesWay?: boolean;
  /** Fetches charts that others depend on; absent: offline, they must be committed. */
  readonly sources?: ChartSources;
}

/** The renderers of this version, the first that accepts a source is its renderer; the last accepts any. */
export function createRenderers(reader: ManifestReader, { clock = systemClock, charts = 'builtin', givesWay = true, sources }: RendererOptions = {}): readonly Renderer[] {
  const engines = { builtin: createBuiltinEngine({ clock, givesWay }), helm: createHelmEngine() };
  const helm = createHelmRenderer(({ application }) => engines[chosenRenderer(application, charts)], sources === undefined ? {} : { charts: sources });
  const prepare: Renderer['prepare'] = (files) => {
    if (files.some(({ path }) => isChartFile(path))) engines[charts].prepare?.();
  };
  return [{ ...helm, prepare, ...(engines.builtin.close === undefined ? {} : { close: engines.builtin.close }) }, createKustomizeRenderer(), createDirectoryRenderer(reader)];
}

/**
 * Renders a source with the renderer that is the one for it. Problems without an origin are about the Application's own manifest,
 * at the field they name.
 */
export async function renderSource(renderers: readonly Renderer[], input: RenderInput, values: ValuesFromCluster | undefined, signal: AbortSignal): Promise<Rendered> {
  const files = await input.tree.list(input.path, signal);
  if (files.length === 0) {
    const leftOut = await input.tree.leftOut(input.path, signal);
    const message = leftOut.length === 0 ? 'there is no such folder in the repository' : 'is, or holds, nothing but symbolic links or submodules, which are not followed; commit the files themselves';
    return { objects: [], problems: [{ severity: 'error', message, path: `${input.field}.path` }] };
  }
  if (files.some((file) => file.path === input.path)) {
    return { objects: [], problems: [{ severity: 'error', message: 'is a file; name its folder and use directory.include', path: `${input.field}.path` }] };
  }
  for (const renderer of renderers) {
    if (await renderer.accepts(input, signal)) return { ...(await renderer.render(input, values, signal)), ...toolOf(renderer) };
  }
  return { objects: [], problems: [{ severity: 'error', message: 'nothing here can render this folder', path: `${input.field}.path` }] };
}

const tools: ReadonlyMap<string, Tool> = new Map([['helm', 'Helm'], ['kustomize', 'Kustomize'], ['directory', 'Directory']]);

function toolOf({ name }: Renderer): Pick<Rendered, 'tools'> {
  const tool = tools.get(name);
  return tool === undefined ? {} : { tools: [tool] };
}
