import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { MemberBytes } from '../../src/provider/member-bytes.ts';
import { selectProperty } from '../../src/provider/property.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { ConnectApi, ItemPlace } from './connect-api.ts';
import { largestFile } from './connect-api.ts';
import type { FullItem, ItemFile } from './item.ts';

/** The field that stands for an item where none is said, as upstream. */
export const standardLabel = 'password';
/** The category of an item that is a file. */
const document = 'DOCUMENT';
/** What a property says of its kind, where the category is not to decide. */
const [fieldPrefix, filePrefix] = ['field/', 'file/'];
/** Bytes of all files of a document together. */
const mostBytes = 4 * largestFile;

/** An item, and where it was read. */
export interface ReadItem {
  readonly place: ItemPlace;
  readonly item: FullItem;
}

/**
 * What a property of an item is: a field by its label, of a document a file by its name. `field/…` and `file/…` name either of any item. With no
 * property it is the field `password`, or the first file of a document, and all fields or files for an extract; an item without that
 * field is good for an extract only.
 * @returns undefined where it has no such property
 * @throws ProviderError where it cannot be told which is meant, or the file cannot be read
 */
export async function valueOf(api: ConnectApi, read: ReadItem, property: string | undefined, signal: AbortSignal): Promise<SecretBytes | undefined> {
  const isDocument = read.item.category === document;
  if (property === undefined || property === '') return isDocument ? documentOf(api, read, signal) : fieldsValue(read.item);
  if (property.startsWith(fieldPrefix)) return fieldOf(read.item, property.slice(fieldPrefix.length));
  if (property.startsWith(filePrefix)) return fileNamed(api, read, property.slice(filePrefix.length), signal);
  return isDocument ? fileNamed(api, read, property, signal) : fieldOf(read.item, property);
}

/** The fields whose labels are their own. */
export function fieldsOf({ fields }: Pick<FullItem, 'fields'>): { readonly fields: ReadonlyMap<string, SecretBytes>; readonly ambiguous: ReadonlySet<string> } {
  const found = new Map<string, SecretBytes>();
  const ambiguous = new Set<string>();
  for (const { label, value } of fields ?? []) {
    if (typeof label !== 'string' || label === '') continue;
    if (found.has(label)) ambiguous.add(label);
    found.set(label, SecretBytes.fromUtf8(value ?? ''));
  }
  for (const label of ambiguous) found.delete(label);
  return { fields: found, ambiguous };
}

/** The contents of files, by name: of several of one name the first counts, as upstream. */
export async function filesOf(api: ConnectApi, place: ItemPlace, files: readonly ItemFile[], signal: AbortSignal): Promise<ReadonlyMap<string, SecretBytes>> {
  const contents = new Map<string, SecretBytes>();
  let size = 0;
  for (const file of files) {
    const name = file.name ?? '';
    if (name === '' || contents.has(name)) continue;
    const content = await contentOf(api, place, file, signal);
    size += content.size;
    if (size > mostBytes) throw new ProviderError('invalid', `the files of the item have more than ${mostBytes / 1024 / 1024} MiB; name the one that is meant by its property`);
    contents.set(name, content);
  }
  return contents;
}

function fieldsValue(item: FullItem): SecretBytes {
  const { fields, ambiguous } = fieldsOf(item);
  if (ambiguous.has(standardLabel)) throw severalFields(standardLabel);
  return new MemberBytes(fields, fields.get(standardLabel) ?? 'none');
}

function fieldOf(item: FullItem, label: string): SecretBytes | undefined {
  const { fields, ambiguous } = fieldsOf(item);
  if (ambiguous.has(label)) throw severalFields(label);
  return selectProperty(new MemberBytes(fields), label, 'path-only');
}

async function documentOf(api: ConnectApi, { place, item }: ReadItem, signal: AbortSignal): Promise<SecretBytes> {
  const contents = await filesOf(api, place, item.files ?? [], signal);
  const [first] = contents.values();
  if (first === undefined) throw new ProviderError('invalid', 'the item is a document without a file');
  return new MemberBytes(contents, first);
}

async function fileNamed(api: ConnectApi, { place, item }: ReadItem, name: string, signal: AbortSignal): Promise<SecretBytes | undefined> {
  const file = (item.files ?? []).find((one) => one.name === name);
  return file === undefined ? undefined : contentOf(api, place, file, signal);
}

async function contentOf(api: ConnectApi, place: ItemPlace, { id, name, size }: ItemFile, signal: AbortSignal): Promise<SecretBytes> {
  if ((size ?? 0) > largestFile) throw new ProviderError('invalid', `file ${JSON.stringify(name ?? id)} of the item is larger than a Secret holds`);
  const bytes = await api.file(place, id, signal);
  if (bytes === undefined) throw new ProviderError('unavailable', 'the item names a file that is not there');
  return new SecretBytes(bytes);
}

function severalFields(label: string): ProviderError {
  return new ProviderError('invalid', `the item has several fields ${JSON.stringify(label)}`);
}
