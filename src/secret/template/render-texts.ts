import type { RenderJob, RenderResult, TemplateRenderer } from '../../template/renderer.ts';

/** Renders on behalf of one ExternalSecret. */
export type RenderTexts = (jobs: readonly RenderJob[]) => Promise<readonly RenderResult[]>;

/** A text without an action is its own result: what has no templates must not wait for those who have. Keys and values are read by the renderer, which bounds what that takes. */
const action = '{{';

/**
 * Renders all templates in one request, save those that say nothing but what they are.
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
  if (output === 'stringMap') return true;
  const bytes = template.reveal();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(action);
}
