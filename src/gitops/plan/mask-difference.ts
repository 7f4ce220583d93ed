import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/object.ts';
import { masked, maskObject } from './mask-object.ts';
import { fieldsOf } from './needs/field.ts';
import type { RenderedObject } from './plan.ts';

/** An object before and after, as both may be shown. */
export interface MaskedPair {
  readonly before: KubeObject;
  readonly after: KubeObject;
}

/** What stands for a value that nobody may see, where the two differ. */
const otherMasked = '[redacted, another value]';

/**
 * Masks a live object and what it is to become alike, and says where masked values differ.
 * @param isOpaque values from Secrets may stand anywhere in the live object, as an earlier revision has put them there: nothing of it is
 * shown that is not the same in the new one
 */
export function maskDifference(live: KubeObject, wanted: KubeObject, { taint }: Pick<RenderedObject, 'taint'>, isOpaque: boolean): MaskedPair {
  const mask = (object: KubeObject): KubeObject => maskObject({ object, taint, origin: { file: '', line: 1 } });
  const [before, after] = [mask(live), mask(wanted)];
  return { before: isOpaque ? withoutForeign(before, after) : before, after: marked(after, live, wanted) };
}

/** Says of each masked value whether it is another one. */
function marked(shown: KubeObject, live: KubeObject, wanted: KubeObject): KubeObject {
  return { ...shown, ...fieldsOf(mark(shown, live, wanted)) };
}

function mark(shown: unknown, live: unknown, wanted: unknown): unknown {
  if (shown === masked) return live === undefined || isDeepStrictEqual(live, wanted) ? shown : otherMasked;
  if (Array.isArray(shown)) return shown.map((item: unknown, index) => mark(item, itemOf(live, index), itemOf(wanted, index)));
  if (typeof shown !== 'object' || shown === null) return shown;
  const [lives, wants] = [fieldsOf(live), fieldsOf(wanted)];
  return Object.fromEntries(Object.entries(shown).map(([key, item]: readonly [string, unknown]) => [key, mark(item, lives[key], wants[key])]));
}

function itemOf(value: unknown, index: number): unknown {
  return Array.isArray(value) ? value[index] : undefined;
}

/** Keys stay: what they are called is no secret, and that they go is worth knowing. */
function withoutForeign(before: KubeObject, after: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = before;
  const shown = fieldsOf(hideForeign(before, after));
  const labels = fieldsOf(shown['metadata']);
  return { ...before, ...shown, apiVersion, kind, metadata: { ...metadata, ...labels, name: metadata.name } };
}

function hideForeign(before: unknown, after: unknown): unknown {
  if (isDeepStrictEqual(before, after)) return before;
  if (Array.isArray(before)) return before.map((item: unknown, index) => hideForeign(item, itemOf(after, index)));
  if (typeof before !== 'object' || before === null) return before === null ? before : masked;
  const others = fieldsOf(after);
  return Object.fromEntries(Object.entries(before).map(([key, item]: readonly [string, unknown]) => [key, hideForeign(item, others[key])]));
}
