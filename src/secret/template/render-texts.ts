import type { RenderJob, RenderResult, TemplateRenderer } from '../../template/renderer.ts';
import { hasAction } from './has-action.ts';

/** Renders on behalf of one ExternalSecret. */
export type RenderTexts = (jobs: readonly RenderJob[]) => Promise<readonly RenderResult[]>;

/**
 * Renders all templates in one request, save those that say nothing but what they are: what has no templates must not wait for those who
 * have. Keys and values are always read by the renderer, which bounds what that takes.
 * @param tenant whose templates these are: the namespace
 */
export function renderTexts(renderer: TemplateRenderer, tenant: string, signal: AbortSignal): RenderTexts {
  return async (jobs) => {
    const templates = jobs.filter(isTemplate);
    const rendered = templates.length === 0 ? [] : await renderer.render({ tenant, jobs: templates }, signal);
    const results = new Map(templates.map((job, index) => [job, rendered[index]]));
    return jobs.map((job) => {
      if (!isTemplate(job)) return { ok: true, kind: 'text', output: job.template };
      const result = results.get(job);
      if (result === undefined) throw new Error('the renderer answered fewer templates than it was asked for');
      return result;
    });
  };
}

function isTemplate({ template, output }: RenderJob): boolean {
  return output === 'stringMap' || hasAction(template);
}
