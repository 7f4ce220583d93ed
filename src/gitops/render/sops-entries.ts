import type { KubeObject } from '../../api/object.ts';
import { formatOf, mayBeSops, readSops } from '../../seal/sops/read-sops.ts';
import { SopsError } from '../../seal/sops/sops-error.ts';
import { type FieldError, formatPath } from '../../api/schema.ts';
import type { SopsEntry } from '../plan/plan.ts';

/**
 * The values of a Secret that are whole files of SOPS by themselves: a dotenv or a binary file under `data` in base64, or under `stringData`.
 * As in Flux, the name of the key tells the format.
 */
export function readSopsEntries(object: KubeObject): { readonly entries: readonly SopsEntry[]; readonly errors: readonly FieldError[] } {
  const entries: SopsEntry[] = [];
  const errors: FieldError[] = [];
  if (object.apiVersion !== 'v1' || object.kind !== 'Secret') return { entries, errors };
  for (const field of ['data', 'stringData'] as const) {
    for (const [key, value] of valuesOf(object[field])) {
      const content = Buffer.from(value, field === 'data' ? 'base64' : 'utf8');
      if (!mayBeSops(content)) continue;
      const format = key === '.dockerconfigjson' ? 'json' : formatOf(key);
      try {
        readSops(content, format);
        if (format !== 'ini') entries.push({ field, key, source: { content, format, document: 0 } });
      } catch (error) {
        if (!(error instanceof SopsError)) throw error;
        errors.push({ path: formatPath([field, key]), message: `encrypted with SOPS: ${error.message}` });
      }
    }
  }
  return { entries, errors };
}

function valuesOf(map: unknown): readonly (readonly [string, string])[] {
  if (typeof map !== 'object' || map === null) return [];
  return Object.entries(map).flatMap(([key, value]: readonly [string, unknown]) => (typeof value === 'string' ? [[key, value] as const] : []));
}
