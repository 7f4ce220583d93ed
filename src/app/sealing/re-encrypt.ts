import { z } from 'zod';
import { refusalOf } from '../../kube/remote/service-proxy.ts';
import { editManifests } from '../../seal/edit-manifests.ts';
import { readManifests } from '../../seal/manifest.ts';
import { type JsonObject, type OutputFormat, printManifest } from '../../seal/print-manifest.ts';
import { SealError } from '../../seal/seal-error.ts';
import { readSealedManifest, type SealedManifest } from '../../seal/sealed-manifest.ts';
import { type SealingService, type SealingServiceOptions, withSealingService } from './sealing-service.ts';

const rotated = z.object({ spec: z.object({ encryptedData: z.record(z.string(), z.string()) }) });

/**
 * Has a controller seal every SealedSecret of a text anew with its latest key. Of its answer nothing is taken but the ciphertexts of the
 * items that were sent: Sealed Secrets' own drops templates and labels there. Where the text is YAML and YAML is asked for, all
 * else of it stays as it is written.
 * @throws SealError; KubeError; the signal's reason
 */
export async function reEncryptInCluster(input: Uint8Array, { format, ...options }: SealingServiceOptions & { readonly format: OutputFormat }, signal: AbortSignal): Promise<string> {
  const text = Buffer.from(input).toString('utf8');
  const sealed = readManifests(text, 'the input').map(readSealedManifest);
  if (sealed.length === 0) throw new SealError('the input holds no SealedSecret');
  const edits = await withSealingService(
    options,
    async (service) => {
      const done = [];
      for (const one of sealed) done.push({ manifest: one.manifest, path: ['spec', 'encryptedData'], entries: await rotate(one, service, options, signal) });
      return done;
    },
    signal,
  );
  const edited = editManifests(text, edits);
  if (/^\s*\{/.test(text) === (format === 'json')) return edited;
  const printed = await Promise.all(readManifests(edited, 'the input').map(({ value }) => printManifest(jsonObject.parse(value), format)));
  return printed.join('');
}

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

async function rotate({ manifest, name, items }: SealedManifest, service: SealingService, { namespace, name: controller }: SealingServiceOptions, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const answer = await service.post('/v1/rotate', JSON.stringify(manifest.value), signal);
  if (answer.status === 409) throw new SealError('unable to rotate secret');
  if (answer.status !== 200) throw new SealError(`cannot re-encrypt secret: ${refusalOf(answer, { verb: 'proxy', target: `${namespace}/${controller}` }).message}`);
  const parsed = rotated.safeParse(jsonOf(answer.body));
  const fresh = parsed.success ? parsed.data.spec.encryptedData : {};
  const missing = [...items.keys()].filter((key) => !Object.hasOwn(fresh, key));
  if (missing.length > 0) throw new SealError(`cannot re-encrypt secret: the answer for ${name} lacks ${missing.join(', ')}`);
  return new Map([...items.keys()].map((key) => [key, fresh[key] ?? '']));
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
