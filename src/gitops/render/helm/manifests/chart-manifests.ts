import { SecretBytes } from '../../../../lib/secret-bytes.ts';
import type { RenderedTemplates } from '../engine/render-request.ts';
import { type ChartHook, hookOf } from './chart-hook.ts';
import type { ChartManifest } from './chart-manifest.ts';
import { inInstallOrder } from './install-order.ts';
import { ManifestError, readHead } from './manifest-head.ts';
import { splitManifests, trimSpace } from './split-manifests.ts';

/** What a chart has been rendered to. */
export interface ChartManifests {
  /** In the order in which Helm installs. */
  readonly manifests: readonly ChartManifest[];
  /** In the same order; weights come into it when they run. */
  readonly hooks: readonly ChartHook[];
  /** NOTES.txt of the chart itself. */
  readonly notes?: SecretBytes;
}

export type ChartManifestsResult =
  | { readonly ok: true; readonly manifests: ChartManifests }
  /** `message` quotes no text; `detail` is Helm's own, which may. */
  | { readonly ok: false; readonly path: string; readonly message: string; readonly detail: string };

const notesFile = 'NOTES.txt';

export interface ManifestOptions {
  /** Whether all of each document is checked to be YAML, as Helm does. Absent: the head alone; whoever reads the objects sees the rest. */
  readonly check?: boolean;
}

/** Sorts what templates were rendered to into manifests and hooks, as Helm does: hooks of events that nobody knows are left out. */
export function chartManifests(chartName: string, templates: RenderedTemplates, { check = false }: ManifestOptions = {}): ChartManifestsResult {
  const manifests: ChartManifest[] = [];
  const hooks: ChartHook[] = [];
  const paths = [...templates.keys()].filter((path) => !path.endsWith(notesFile));
  for (const path of paths.toSorted(compareBytes)) {
    try {
      for (const manifest of documentsOf(path, templates.get(path), check)) {
        const hook = hookOf(manifest);
        if (hook === 'none') manifests.push(manifest);
        else if (hook !== 'unknown') hooks.push(hook);
      }
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      return { ok: false, path, message: `${path}: ${error.message}`, detail: `YAML parse error on ${path}: ${error.detail}` };
    }
  }
  const notes = templates.get(`${chartName}/templates/${notesFile}`);
  return { ok: true, manifests: { manifests: inInstallOrder(manifests), hooks: inInstallOrder(hooks), ...(notes === undefined ? {} : { notes }) } };
}

function documentsOf(path: string, rendered: SecretBytes | undefined, check: boolean): readonly ChartManifest[] {
  const text = rendered === undefined ? '' : Buffer.from(rendered.reveal()).toString('utf8');
  if (trimSpace(text) === '') return [];
  return splitManifests(text).map((document) => ({ ...readHead(document, check), path, text: SecretBytes.fromUtf8(document) }));
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
