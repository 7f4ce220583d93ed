import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { KeyRing } from './key-ring.ts';
import { type Json, type JsonObject, type OutputFormat, printManifest } from './print-manifest.ts';
import { SealError } from './seal-error.ts';
import { readInput } from './seal-text.ts';
import { openingProblem, openItems, readSealedManifest, type SealedManifest } from './sealed-manifest.ts';
import type { OpeningKey } from './sealing-key.ts';

/** Renders the templates of a SealedSecret over its opened values. @throws SealError; never quotes a value */
export type RenderSealed = (templates: ReadonlyMap<string, string>, data: ReadonlyMap<string, SecretBytes>) => Promise<ReadonlyMap<string, SecretBytes>>;

export interface UnsealOptions {
  readonly where: string;
  readonly format: OutputFormat;
  readonly ring: KeyRing<OpeningKey>;
  readonly render: RenderSealed;
}

/**
 * Opens the SealedSecrets of a text and prints the Secrets, without the owner that the controller would give them: an owner is named by
 * a UID, and an object that names one without is refused.
 * @throws SealError where an item does not open
 */
export async function unsealText(input: Uint8Array, { where, format, ring, render }: UnsealOptions): Promise<string> {
  const sealed = (await readInput(input, where)).map(readSealedManifest);
  if (sealed.length === 0) throw new SealError(`${where} holds no SealedSecret`);
  const printed = await Promise.all(sealed.map(async (one) => printManifest(await secretOf(one, ring, render), format)));
  return printed.join('');
}

async function secretOf(sealed: SealedManifest, ring: KeyRing<OpeningKey>, render: RenderSealed): Promise<JsonObject> {
  const items = await openItems(sealed, ring);
  const problem = openingProblem(items);
  if (problem !== undefined) throw new SealError(problem);
  const opened = new Map(items.flatMap((item) => (item.kind === 'opened' ? [[item.key, item.opened.value] as const] : [])));
  const { template, name, namespace } = sealed;
  const rendered = template.data.size === 0 ? new Map<string, SecretBytes>() : await render(template.data, opened);
  // what is sealed wins over a template of the same key, as in the controller
  const data = new Map([...rendered, ...opened].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([key, value]) => [key, Buffer.from(value.reveal()).toString('base64')]));
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { name, ...(namespace === '' ? {} : { namespace }), ...field('labels', template.labels), ...field('annotations', template.annotations), ...(template.finalizers.length === 0 ? {} : { finalizers: template.finalizers }) },
    ...(template.immutable === undefined ? {} : { immutable: template.immutable }),
    ...(data.size === 0 ? {} : { data }),
    ...(template.type === undefined ? {} : { type: template.type }),
  };
}

function field(name: string, texts: ReadonlyMap<string, Json>): JsonObject {
  return texts.size === 0 ? {} : { [name]: new Map([...texts].toSorted(([one], [other]) => (one < other ? -1 : 1))) };
}
