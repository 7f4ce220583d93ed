import type { Problem } from '../plan/plan.ts';
import { isWithin } from '../source/tree-limits.ts';
import type { Renderer, RenderInput } from './renderer.ts';

/** What a folder is besides a plain one, told by a file in it, as Argo CD detects tools. */
const others = [
  { name: 'helm', files: ['Chart.yaml'], message: 'this folder is a Helm chart; charts are not supported yet' },
  { name: 'kustomize', files: ['kustomization.yaml', 'kustomization.yml', 'Kustomization'], message: 'this folder is a kustomization; kustomizations are not supported yet' },
] as const;

/** Renderers that only say so: a chart read as plain manifests would be nonsense. */
export function createUnsupportedRenderers(): readonly Renderer[] {
  return others.map(({ name, files, message }) => ({
    name,
    accepts: async (input, signal) => (await markerOf(input, files, signal)) !== undefined,
    valueSources: async () => [],
    render: async (input, _values, signal) => {
      const marker = await markerOf(input, files, signal);
      const problem: Problem = { severity: 'error', message, origin: { file: marker ?? input.path, line: 1 } };
      return { objects: [], problems: [problem] };
    },
  }));
}

async function markerOf({ tree, path }: RenderInput, names: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const wanted = new Set(names.map((name) => (path === '' ? name : `${path}/${name}`)));
  return (await tree.list(path, signal)).find((file) => wanted.has(file.path) && isWithin(file.path, path))?.path;
}
