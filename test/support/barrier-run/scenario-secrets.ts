import type { Random } from '../../../src/lib/random.ts';
import { pick, whole } from './pick.ts';
import { runtimeMakers } from './runtime-makers.ts';
import type { RunConsumer, RunNeed, RunSecret } from './scenario.ts';

/** Those that say of which spec their Secret is. */
const versionedMakers: readonly RunSecret['maker'][] = ['certificate', 'connection', 'queue'];

const declaredMakers: readonly RunSecret['maker'][] = ['external', 'sealed', 'sops'];
const keysOf: Readonly<Partial<Record<RunSecret['maker'], readonly string[]>>> = { token: ['token'], certificate: ['tls.crt', 'tls.key'], ingress: ['tls.crt', 'tls.key'], queue: ['username', 'password', 'host', 'port'] };

function keysMadeBy(random: Random, maker: RunSecret['maker']): readonly string[] {
  const keys = keysOf[maker] ?? ['password', ...(random() < 0.5 ? ['user'] : [])];
  // an export fills one
  return maker === 'export' ? keys.slice(0, 1) : keys;
}

/** One ExternalSecret at least, because a run without one waits for nobody. */
export function secretsOf(random: Random, { revisions, isChart }: { readonly revisions: number; readonly isChart: boolean }): readonly RunSecret[] {
  const makers: RunSecret['maker'][] = ['external', ...Array.from({ length: whole(random, 3) }, () => 'external' as const), ...Array.from({ length: whole(random, 3) }, () => 'sealed' as const)];
  if (!isChart && random() < 0.5) makers.push('sops');
  if (random() < 0.4) makers.push('token');
  if (random() < 0.4) makers.push('person');
  const runtime = whole(random, runtimeMakers.length);
  makers.push(...runtimeMakers.filter((_, index) => index === runtime || random() < 0.2));
  return makers.map((maker, index) => ({
    maker,
    // an operator of queues names it after its cluster
    name: `${maker}-${index}${maker === 'queue' ? '-default-user' : ''}`,
    keys: keysMadeBy(random, maker),
    mood: { delay: pick(random, [0, 0, 300, 1_500]), trouble: pick(random, ['none', 'none', 'failing', 'flapping']), lasts: 1 + whole(random, 3) },
    late: whole(random, 3_000),
    versions: versionsOf(random, declaredMakers.includes(maker) || versionedMakers.includes(maker) ? revisions : 1),
  }));
}

/** A revision declares the values of the one before it, or new ones. */
function versionsOf(random: Random, revisions: number): readonly number[] {
  const versions = [1];
  while (versions.length < revisions) versions.push((versions.at(-1) ?? 1) + whole(random, 2));
  return versions;
}

/** The first needs all Secrets. */
export function consumersOf(random: Random, secrets: readonly RunSecret[]): readonly RunConsumer[] {
  const kinds: readonly RunConsumer['kind'][] = ['Deployment', ...Array.from({ length: whole(random, 3) }, () => pick(random, ['Deployment', 'StatefulSet', 'CronJob'] as const)), ...(random() < 0.4 ? (['Hook'] as const) : [])];
  const needsOf = (all: boolean): readonly RunNeed[] => secrets.filter(() => all || random() < 0.5).map((secret) => needOf(random, secret));
  // the first one needs them all; a hook that needs Secrets is another Job than one that makes them
  return kinds.map((kind, index) => ({ kind, name: `${kind === 'Hook' ? 'prepare' : kind.toLowerCase()}-${index}`, needs: needsOf(index === 0) }));
}

function needOf(random: Random, { name, keys }: RunSecret): RunNeed {
  const way = pick(random, ['env', 'envFrom', 'volume', 'projected'] as const);
  const [key] = keys;
  return way === 'envFrom' || key === undefined ? { secret: name, way: 'envFrom' } : { secret: name, key: keys.at(whole(random, keys.length)) ?? key, way };
}
