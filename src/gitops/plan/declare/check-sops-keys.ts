import type { Problem, RenderedObject } from '../plan.ts';
import { phaseOf, writtenBefore } from '../object-order.ts';
import { type Declarations, describeProducer } from './declarations.ts';
import { secretsRead } from './find-cycles.ts';
import { isEncrypted } from './is-encrypted.ts';
import type { Neighbourhood } from './neighbourhood.ts';

/**
 * Encrypted objects that wait for themselves: the Secret with the keys that open them is one of them, or is made with credentials from one
 * of them; or it is made in a phase after theirs. Without a key that stands elsewhere, none of them could ever be written.
 * @param keys the name of the Secret with the keys
 */
export function checkSopsKeys({ objects, destination }: Declarations, keys: string, neighbourhood: Neighbourhood): readonly Problem[] {
  const encrypted = objects.filter(isEncrypted);
  if (encrypted.length === 0) return [];
  const ways = waysTo({ namespace: destination, secret: keys }, neighbourhood);
  const maker = neighbourhood.makers(destination, keys)[0];
  return encrypted.flatMap((one) => {
    const way = isSecret(one) ? ways.get(`${one.object.metadata.namespace ?? ''}/${one.object.metadata.name}`) : undefined;
    if (way !== undefined) return [problem(one, `waits for itself: the keys that open it are in Secret ${destination}/${keys}${way}; put that Secret in by hand, or have it made with other credentials`)];
    const isLate = maker !== undefined && maker.by.objects.includes(one) && maker.declared.by.kind !== 'Secret' && writtenBefore(phaseOf(one.object), 'secrets');
    return isLate ? [problem(one, `is written before Secret ${destination}/${keys}, whose keys open it, is made by ${describeProducer(maker.declared)}; leave it in clear, or put that Secret in by hand`)] : [];
  });
}

function isSecret({ object: { apiVersion, kind } }: RenderedObject): boolean {
  return apiVersion === 'v1' && kind === 'Secret';
}

function problem({ origin }: RenderedObject, message: string): Problem {
  return { severity: 'error', message, origin };
}

/** The Secrets that must be there before one can be, by name, each with how it comes into it. Breadth first; the first is itself. */
function waysTo(start: { readonly namespace: string; readonly secret: string }, neighbourhood: Neighbourhood): ReadonlyMap<string, string> {
  const ways = new Map([[`${start.namespace}/${start.secret}`, '']]);
  const pending = [start];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const maker = neighbourhood.externalSecret(next.namespace, next.secret);
    if (maker === undefined) continue;
    const way = ways.get(`${next.namespace}/${next.secret}`) ?? '';
    const { name, namespace = '' } = maker.externalSecret.metadata;
    for (const { through, ...read } of secretsRead(maker, neighbourhood)) {
      const id = `${read.namespace}/${read.secret}`;
      if (ways.has(id)) continue;
      ways.set(id, `${way}, made by ExternalSecret ${namespace}/${name}, which ${through}`);
      pending.push(read);
    }
  }
  return ways;
}
