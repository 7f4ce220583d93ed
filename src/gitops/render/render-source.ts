import type { Rendered, Renderer, RenderInput, ValuesFromCluster } from './renderer.ts';
import { createDirectoryRenderer } from './directory-renderer.ts';
import type { ManifestReader } from './manifest-reader.ts';
import { createUnsupportedRenderers } from './unsupported-renderers.ts';

/** The renderers of this version, the first that accepts a source is its renderer; the last accepts any. */
export function createRenderers(reader: ManifestReader): readonly Renderer[] {
  return [...createUnsupportedRenderers(), createDirectoryRenderer(reader)];
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
    return { objects: [], problems: [{ severity: 'error', message, path: 'spec.source.path' }] };
  }
  if (files.some((file) => file.path === input.path)) {
    return { objects: [], problems: [{ severity: 'error', message: 'is a file; name its folder and use directory.include', path: 'spec.source.path' }] };
  }
  for (const renderer of renderers) {
    if (await renderer.accepts(input, signal)) return renderer.render(input, values, signal);
  }
  return { objects: [], problems: [{ severity: 'error', message: 'nothing here can render this folder', path: 'spec.source.path' }] };
}
