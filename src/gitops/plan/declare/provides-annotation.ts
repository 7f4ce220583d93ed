import type { KubeObject } from '../../../api/object.ts';
import type { Problem, RenderedObject } from '../plan.ts';
import type { RuntimeProduct } from './runtime-product.ts';

/** On any object: Secrets of its namespace that it makes as it runs, `NAME` or `NAME/KEY`, separated by commas or spaces. */
const providesAnnotation = 'prelude.dev/provides';

/** What an object says that it makes; a Secret with keys has these and perhaps others. Undefined where the annotation is malformed. */
function readProvides({ metadata }: KubeObject): readonly RuntimeProduct[] | undefined {
  const entries = (metadata.annotations?.[providesAnnotation] ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  if (entries.some((entry) => !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(\/[-._a-zA-Z0-9]+)?$/.test(entry))) return undefined;
  const bySecret = Map.groupBy(entries.map((entry) => entry.split('/')), ([secret = '']) => secret);
  return [...bySecret].map(([secret, named]) => {
    const keys = named.flatMap(([, key]) => key ?? []);
    return { secret, keys: keys.length === named.length ? [...new Set(keys)] : 'dynamic', tells: 'secret' };
  });
}

/** What an object says that it makes; nothing where it says so in a way that cannot be read. */
export function providedProducts(object: KubeObject): readonly RuntimeProduct[] {
  return readProvides(object) ?? [];
}

/** What is wrong with the annotation. */
export function checkProvides(one: RenderedObject): readonly Problem[] {
  if (readProvides(one.object) !== undefined) return [];
  const path = `metadata.annotations[${providesAnnotation}]`;
  const origin = { file: one.origin.file, line: one.lineOf?.(path) ?? one.origin.line };
  return [{ severity: 'error', message: 'must be a list of NAME or NAME/KEY of Secrets, separated by commas', path, origin }];
}
