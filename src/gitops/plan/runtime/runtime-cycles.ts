import { type Edge, wayBack } from '../../../lib/way-back.ts';
import type { DeclaredExternalSecret } from '../declare/declarations.ts';
import { secretsRead } from '../declare/find-cycles.ts';
import type { Neighbourhood } from '../declare/neighbourhood.ts';
import type { Problem, RenderedObject } from '../plan.ts';
import type { Waits } from './waits.ts';

/** Somebody who makes a Secret and waits for others: an object that makes it as it runs, or an ExternalSecret. */
interface Node {
  readonly object: RenderedObject;
  readonly externalSecret?: DeclaredExternalSecret;
}

interface Making extends Edge<Node> {
  /** `namespace/name` of the Secret that is waited for. */
  readonly secret: string;
}

/** Producers that would wait for each other for ever, each told once, with the way round. */
export function runtimeCycles(own: readonly RenderedObject[], waits: Waits, neighbourhood: Neighbourhood): readonly Problem[] {
  const reported = new Set<RenderedObject>();
  return own.flatMap((object): readonly Problem[] => {
    if (reported.has(object)) return [];
    const cycle = wayBack<Node, Making>({ object }, (node) => next(node, waits, neighbourhood), (node) => node.object);
    if (cycle === undefined) return [];
    for (const { to } of cycle) reported.add(to.object);
    const way = cycle.map(({ to, secret }) => ` needs Secret ${secret}, which is made by ${describe(to.object)}`);
    return [{ severity: 'error', message: `waits for itself: ${describe(object)}${way.join(', which')}; take one of these needs out`, origin: object.origin }];
  });
}

/** `Deployment devnet/web (web.yaml:3)`. */
export function describe({ object: { kind, metadata }, origin }: RenderedObject): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name} (${origin.file}:${origin.line})`;
}

function next({ object, externalSecret }: Node, waits: Waits, neighbourhood: Neighbourhood): readonly Making[] {
  const wanted = externalSecret === undefined ? waits.of(object) : secretsRead(externalSecret, neighbourhood);
  return wanted.flatMap((wait): readonly Making[] => {
    const secret = `${wait.namespace}/${wait.secret}`;
    const declared = neighbourhood.externalSecret(wait.namespace, wait.secret);
    const makers: readonly Node[] = [...waits.makers(wait).map((maker) => ({ object: maker.object })), ...(declared === undefined ? [] : [{ object: declared.object, externalSecret: declared }])];
    return makers.flatMap((to) => (to.object === object ? [] : [{ to, secret }]));
  });
}
