import type { ExternalSecret } from '../../../api/external-secret.ts';
import type { SecretBytes } from '../../../lib/secret-bytes.ts';
import { plainContent } from '../../../secret/desired-secret.ts';
import type { ComposedManifest } from '../../../secret/manifest/compose-manifest.ts';
import { composeManifest, plainManifest } from '../../../secret/manifest/compose-manifest.ts';
import { renderJob } from '../../../secret/template/compose-content.ts';
import type { RenderTexts } from '../../../secret/template/render-texts.ts';
import { templateParts } from '../../../secret/template/template-part.ts';
import type { SourceTexts } from '../../../secret/template/template-source.ts';
import type { TargetKind } from './target-kinds.ts';

/** Renders what an object that is no Secret is made of. */
export async function makeManifest(externalSecret: ExternalSecret, kind: TargetKind, data: ReadonlyMap<string, SecretBytes>, texts: SourceTexts, render: RenderTexts): Promise<ComposedManifest> {
  const { template } = externalSecret.spec;
  if (template === undefined) {
    const { labels, annotations } = plainContent(externalSecret, data);
    return plainManifest(kind, data, { labels, annotations });
  }
  const parts = templateParts(template, texts);
  return composeManifest({ kind, template, data, parts }, await render(parts.map((part) => renderJob(part, data))));
}
