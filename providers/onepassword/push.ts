import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Clock } from '../../src/lib/clock.ts';
import { sleep } from '../../src/lib/sleep.ts';
import type { RemotePlace, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { pushedText } from '../../src/provider/credential-text.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { parsePushMetadata } from '../../src/provider/push-metadata.ts';
import type { ConnectApi, ItemPlace } from './connect-api.ts';
import type { FullItem, ItemField } from './item.ts';
import { standardLabel } from './item-value.ts';
import type { Vaults } from './vaults.ts';

/** What a PushSecret may say under `metadata.spec`, with External Secrets' names. */
const pushSpec = z.strictObject({
  tags: z.array(z.string().min(1)).exactOptional().describe('The tags of the item.'),
  vault: z.string().min(1).exactOptional().describe('The vault in which the item is made, one of those of the store; the first where absent.'),
});

/** The tag of items that a push has made: they go with their last field. */
const mark = 'managed-by:external-secrets';

export interface ItemPushesOptions {
  readonly api: ConnectApi;
  readonly vaults: Vaults;
  readonly clock: Clock;
}

/** A Connect server answers a write before it shows it. Milliseconds between looks, and how many. */
const [lookEvery, mostLooks] = [500, 10];

/** Writes fields of items. */
export class ItemPushes {
  readonly #options: ItemPushesOptions;

  constructor(options: ItemPushesOptions) {
    this.#options = options;
  }

  async write({ remoteKey, property: label = standardLabel, value, updatePolicy, metadata }: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
    const { tags, vault } = parsePushMetadata(pushSpec, metadata) ?? {};
    const { api, vaults } = this.#options;
    if (vault !== undefined && !vaults.names.includes(vault)) throw new ProviderError('invalid', `metadata.spec.vault: ${JSON.stringify(vault)} is none of the vaults of the store`);
    const text = pushedText(value, '1Password');
    const there = await this.#find(remoteKey, signal);
    if (there === undefined) {
      const id = await vaults.idOf(vault ?? vaults.names[0] ?? '', signal);
      const item = { title: remoteKey, category: 'SERVER', vault: { id }, fields: [fieldOf(label, text)], tags: tagsOf(tags, true) };
      await this.#untilShown({ vault: id, id: (await api.create(id, item, signal)).id }, { title: remoteKey }, signal);
      return { kind: 'written' };
    }
    const { place, item } = there;
    const field = only(item, label);
    if (updatePolicy === 'IfNotExists' && field !== undefined) return { kind: 'unchanged' };
    const changed = { ...item, fields: withField(item.fields ?? [], label, text), ...(tags === undefined ? {} : { tags: tagsOf(tags, isOurs(item)) }) };
    if (isDeepStrictEqual(changed, item)) return { kind: 'unchanged' };
    await this.#replace(place, changed, signal);
    return { kind: 'written' };
  }

  /** With its last field an item goes that a push has made, unless it has a file; any other is left empty. */
  async remove({ remoteKey, property: label = standardLabel, metadata }: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
    parsePushMetadata(pushSpec, metadata);
    const there = await this.#find(remoteKey, signal);
    if (there === undefined || only(there.item, label) === undefined) return { kind: 'absent' };
    const { place, item } = there;
    const fields = (item.fields ?? []).filter((field) => field.label !== label);
    if (fields.length > 0 || (item.files ?? []).length > 0 || !isOurs(item)) await this.#replace(place, { ...item, fields }, signal);
    else await this.#options.api.delete(place, signal);
    return { kind: 'removed' };
  }

  async #find(title: string, signal: AbortSignal): Promise<{ readonly place: ItemPlace; readonly item: FullItem } | undefined> {
    if (title === '') throw new ProviderError('invalid', 'remoteKey is empty');
    const { api, vaults } = this.#options;
    const located = (await vaults.locate(new Set([title]), signal)).get(title);
    if (located instanceof ProviderError) throw located;
    const item = located === undefined ? undefined : await api.item(located, signal);
    return located === undefined || item === undefined ? undefined : { place: located, item };
  }

  async #replace(place: ItemPlace, item: FullItem, signal: AbortSignal): Promise<void> {
    const { version } = await this.#options.api.replace(place, item, signal);
    await this.#untilShown(place, { version: version ?? undefined }, signal);
  }

  /** Another write that came before would make the item again, or put back what it was. What is not shown in the end is written still. */
  async #untilShown(place: ItemPlace, { title, version }: { readonly title?: string; readonly version?: number | undefined }, signal: AbortSignal): Promise<void> {
    const { api, clock } = this.#options;
    for (let looks = 0; looks < mostLooks; looks += 1) {
      const shown = await api.item(place, signal);
      const isListed = title === undefined || (await api.items(place.vault, undefined, signal)).some(({ id }) => id === place.id);
      if (shown !== undefined && isListed && (version === undefined || (shown.version ?? version) >= version)) return;
      await sleep(clock, lookEvery, signal);
    }
  }
}

function isOurs({ tags }: FullItem): boolean {
  return tags?.includes(mark) === true;
}

/** The tags that a push says. Whose the item is, that does not change. */
function tagsOf(said: readonly string[] = [], isMarked: boolean): string[] {
  const tags = said.filter((tag) => tag !== mark);
  return isMarked ? [...tags, mark] : tags;
}

function fieldOf(label: string, value: string): ItemField {
  return { label, value, type: 'CONCEALED' };
}

function withField(fields: readonly ItemField[], label: string, value: string): ItemField[] {
  return fields.some((field) => field.label === label) ? fields.map((field) => (field.label === label ? { ...field, value } : field)) : [...fields, fieldOf(label, value)];
}

/** The field of this label. @throws ProviderError where there are several */
function only({ fields }: FullItem, label: string): ItemField | undefined {
  const [found, ...others] = (fields ?? []).filter((field) => field.label === label);
  if (others.length > 0) throw new ProviderError('invalid', `the item has several fields ${JSON.stringify(label)}`);
  return found;
}
