import { z } from 'zod';
import { clusterExternalSecretKind } from '../../api/cluster-external-secret.ts';
import { type ExternalSecret, parseExternalSecret } from '../../api/external-secret.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { parsePushSecret } from '../../api/push-secret.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../kube/port.ts';
import { apiVersionOf, clusterExternalSecretType, externalSecretType, pushSecretType, secretType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { ownershipOf } from '../../secret/ownership.ts';
import { targetName } from '../../secret/provides.ts';
import type { DeclarationFacts, Explanation, LiveFacts } from './explanation.ts';
import { gitOrigin } from './git-origin.ts';
import { keyOrigins } from './key-origins.ts';
import { nextRead } from './next-refresh.ts';
import { secretConsumers } from './secret-consumers.ts';

export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/** A declaration, and the object it was read from. */
interface Declared {
  readonly externalSecret: ExternalSecret;
  readonly object: KubeObject;
}

/**
 * Gathers what makes a Secret and who uses it. The Secret's metadata is read and nothing else of it.
 * @throws KubeError
 */
export async function explainSecret(cluster: Cluster, secret: SecretName, clock: Clock, signal: AbortSignal): Promise<Explanation> {
  const unknown: string[] = [];
  const live = await cluster.get(secretType, secret, signal, { metadataOnly: true });
  const seen: Seen = { cluster, unknown, signal };
  const declared = (await objectsIn(seen, externalSecretType, secret.namespace)).flatMap((object) => declares(object, secret.name, unknown)).toSorted((a, b) => Number(owns(b, live)) - Number(owns(a, live)));
  const declarations: DeclarationFacts[] = [];
  for (const one of declared) declarations.push(await declarationFacts(seen, one, { live, now: clock.now() }));
  const pushed = (await objectsIn(seen, pushSecretType, secret.namespace)).filter((object) => pushes(object, secret.name));
  const used = await secretConsumers(cluster, secret, signal);
  const facts = live === undefined ? undefined : liveFacts(live.metadata);
  const otherMaker = live === undefined || declared.some((one) => owns(one, live)) ? undefined : makerOf(live.metadata);
  return {
    ...secret,
    ...(facts === undefined ? {} : { secret: facts }),
    declarations,
    ...(otherMaker === undefined ? {} : { otherMaker }),
    keys: keyOrigins(declared[0]?.externalSecret, live === undefined ? undefined : { metadata: live.metadata, keys: facts?.keys ?? [] }),
    runtimeMakers: used.runtimeMakers,
    consumers: used.consumers,
    pushedBy: pushed.map(({ metadata }) => metadata.name),
    unknown: [...unknown, ...used.unknown],
  };
}

/** What is looked at, and where it is noted that a part of it may not be. */
interface Seen {
  readonly cluster: Cluster;
  readonly unknown: string[];
  readonly signal: AbortSignal;
}

/** What a look gives; undefined, and noted, where it is not allowed. A kind that is not served has no objects. */
async function allowed<T>({ unknown }: Seen, what: string, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!isKubeError(error, 'denied', 'absent')) throw error;
    if (error.kind === 'denied') unknown.push(`${what}: ${error.message}`);
    return undefined;
  }
}

/** All objects of a kind in one namespace. */
async function objectsIn(seen: Seen, type: ResourceType, namespace: string): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  await allowed(seen, `objects of kind ${type.kind}`, async () => {
    for await (const { items } of seen.cluster.pages(type, { namespace }, seen.signal)) found.push(...items.map((item) => ({ ...item, apiVersion: apiVersionOf(type), kind: type.kind })));
  });
  return found;
}

function declares(object: KubeObject, name: string, unknown: string[]): readonly Declared[] {
  const parsed = parseExternalSecret(object);
  if (!parsed.ok) {
    if (object.metadata.name === name) unknown.push(`ExternalSecret ${name} is not valid: ${parsed.errors.map(({ path, message }) => `${path}: ${message}`).join('; ')}`);
    return [];
  }
  const { spec } = parsed.value;
  return spec.manifest === undefined && spec.creationPolicy !== 'None' && targetName(parsed.value) === name ? [{ externalSecret: parsed.value, object }] : [];
}

function owns({ externalSecret }: Declared, live: KubeObject | undefined): boolean {
  return live !== undefined && ownershipOf(live, externalSecret).kind === 'ours';
}

async function declarationFacts(seen: Seen, declared: Declared, { live, now }: { readonly live: KubeObject | undefined; readonly now: number }): Promise<DeclarationFacts> {
  const { externalSecret, object } = declared;
  const { metadata, spec, status } = externalSecret;
  const from = metadata.ownerReferences?.find(({ kind, controller }) => kind === clusterExternalSecretKind && controller === true)?.name;
  const git = await allowed(seen, 'the commit', async () => gitOrigin(seen.cluster, (from === undefined ? undefined : await clusterObject(seen, from)) ?? object, seen.signal));
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return {
    kind: 'ExternalSecret',
    name: metadata.name,
    ...(from === undefined ? {} : { from }),
    creationPolicy: spec.creationPolicy,
    owns: owns(declared, live),
    ...(ready === undefined ? {} : { condition: { status: ready.status, reason: ready.reason, message: ready.message, since: ready.lastTransitionTime } }),
    ...(git === undefined ? {} : { git }),
    refresh: nextRead(externalSecret, now),
  };
}

async function clusterObject({ cluster, signal }: Seen, name: string): Promise<KubeObject | undefined> {
  const found = await cluster.get(clusterExternalSecretType, { name }, signal, { metadataOnly: true });
  return found === undefined ? undefined : { ...found, apiVersion: apiVersionOf(clusterExternalSecretType), kind: clusterExternalSecretType.kind };
}

function pushes(object: KubeObject, name: string): boolean {
  const parsed = parsePushSecret(object);
  return parsed.ok && parsed.value.spec.source.kind === 'secret' && parsed.value.spec.source.name === name;
}

const written = z.object({ manager: z.string(), time: z.string().optional(), fieldsV1: z.object({ 'f:data': z.record(z.string(), z.unknown()) }) });
type Written = z.output<typeof written>;

/** Who wrote data, from the API server's own book-keeping: names of keys, and no values. */
function writesOf({ managedFields = [] }: ObjectMeta): readonly Written[] {
  return managedFields.flatMap((entry) => written.safeParse(entry).data ?? []);
}

function liveFacts(metadata: ObjectMeta): LiveFacts {
  const writes = writesOf(metadata);
  const keys = writes.flatMap(({ fieldsV1 }) => Object.keys(fieldsV1['f:data']).flatMap((name) => (name.startsWith('f:') ? [name.slice(2)] : [])));
  const writtenAt = writes.map(({ time = '' }) => time).toSorted().at(-1);
  return {
    ...(metadata.creationTimestamp === undefined ? {} : { createdAt: metadata.creationTimestamp }),
    ...(writtenAt === undefined || writtenAt === '' ? {} : { writtenAt }),
    keys: [...new Set(keys)].toSorted(),
  };
}

/** Whose a Secret is that no declaration owns. */
function makerOf(metadata: ObjectMeta): string | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true) ?? metadata.ownerReferences?.[0];
  if (owner !== undefined) return `${owner.kind} ${owner.name}`;
  const certificate = metadata.annotations?.['cert-manager.io/certificate-name'];
  if (certificate !== undefined) return `cert-manager Certificate ${certificate}`;
  const managers = [...new Set(writesOf(metadata).map(({ manager }) => manager))];
  return managers.length === 0 ? undefined : `whoever writes as ${managers.join(', ')}`;
}
