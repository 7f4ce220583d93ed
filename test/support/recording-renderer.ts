import type { RenderRequest, TemplateRenderer } from '../../src/template/renderer.ts';

export interface RecordingRenderer extends TemplateRenderer {
  /** What it was asked for so far. */
  readonly requests: readonly RenderRequest[];
}

/** Passes every request on and writes it down. */
export function recordRequests({ render }: TemplateRenderer): RecordingRenderer {
  const requests: RenderRequest[] = [];
  return {
    requests,
    render: (request, signal) => {
      requests.push(request);
      return render(request, signal);
    },
  };
}
