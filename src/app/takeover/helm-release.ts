import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { KubeObject } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { secretType } from '../../kube/resource-types.ts';
import { parseYaml } from '../../lib/yaml.ts';

/** A release of Helm. */
export interface ReleaseName {
  readonly namespace: string;
  readonly name: string;
}

/** What `helm uninstall` goes by: Helm's own record of a release, never the objects in the cluster. */
export interface ReleaseRecord {
  /** Of the chart. */
  readonly version: string;
  /** The CustomResourceDefinitions of the release, and whether uninstalling keeps them. */
  readonly definitions: ReadonlyMap<string, boolean>;
}

/** An object that `helm uninstall` would delete is kept where its manifest says so under this annotation. */
export const resourcePolicyAnnotation = 'helm.sh/resource-policy';

export function keeps(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return annotations?.[resourcePolicyAnnotation]?.trim().toLowerCase() === 'keep';
}

/**
 * Reads the record of the deployed revision.
 * @returns undefined where Helm keeps it elsewhere than in a Secret, or it does not read like one of Helm's
 * @throws KubeError
 */
export async function readRelease(cluster: Cluster, { namespace, name }: ReleaseName, signal: AbortSignal): Promise<ReleaseRecord | undefined> {
  let newest: { readonly revision: number; readonly object: KubeObject } | undefined;
  for await (const { items } of cluster.pages(secretType, { namespace, labelSelector: `owner=helm,name=${name},status=deployed` }, signal)) {
    for (const object of items) {
      const revision = Number(object.metadata.labels?.['version']);
      if (Number.isInteger(revision) && revision > (newest?.revision ?? 0)) newest = { revision, object };
    }
  }
  return newest === undefined ? undefined : releaseRecord(newest.object);
}

const stored = z.object({ data: z.object({ release: z.string() }) });
const recorded = z.object({ manifest: z.string(), chart: z.object({ metadata: z.object({ version: z.string() }) }) });

/** Bytes that a record may unpack to: the chart with its definitions takes 3 MB. */
const largestRecord = 64 << 20;

/** The record in a Secret of Helm's: JSON, packed, in base64, and that once more in the Secret's own. It may hold values; only what is asked for is kept. */
export function releaseRecord(secret: KubeObject): ReleaseRecord | undefined {
  const parsed = stored.safeParse(secret);
  if (!parsed.success) return undefined;
  try {
    const packed = Buffer.from(Buffer.from(parsed.data.data.release, 'base64').toString('latin1'), 'base64');
    const { manifest, chart } = recorded.parse(JSON.parse(gunzipSync(packed, { maxOutputLength: largestRecord }).toString('utf8')));
    return { version: chart.metadata.version, definitions: new Map(manifest.split(/^---.*$/m).flatMap(definitionOf)) };
  } catch {
    // the message could quote the record
    return undefined;
  }
}

const head = z.object({ kind: z.literal('CustomResourceDefinition'), metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).nullish() }) });

function definitionOf(document: string): readonly (readonly [string, boolean])[] {
  if (!/^kind: *["']?CustomResourceDefinition/m.test(document)) return [];
  // half a megabyte of schema says nothing about who keeps the object
  const short = document.replace(/^spec:.*\n(?:(?:[ \t].*|#.*)?\n)*/m, '');
  return parseYaml(Buffer.from(short)).flatMap(({ value }) => {
    const parsed = head.safeParse(value);
    return parsed.success ? [[parsed.data.metadata.name, keeps(parsed.data.metadata.annotations ?? undefined)] as const] : [];
  });
}
