import { editYaml } from '../../lib/yaml-edit.ts';
import { formatPath, type ImagePlace, imagePlaces, readValues, splitImage } from './image-places.ts';
import { tagEdit, type ValuesChange } from './promote-images.ts';
import { TestnetError } from './testnet-error.ts';

/** What `NAME=IMAGE:TAG` says. */
export interface WantedImage {
  readonly name: string;
  readonly repository: string;
  readonly tag: string;
}

/** Reads `NAME=IMAGE:TAG`. @throws TestnetError */
export function parseWantedImage(text: string): WantedImage {
  const equals = text.indexOf('=');
  const [name, image] = [text.slice(0, equals), text.slice(equals + 1)];
  const { repository, tag, digest } = splitImage(image);
  const isGood = equals > 0 && /^[A-Za-z0-9_.-]+$/.test(name) && /^[a-z0-9][a-z0-9._:/-]*$/.test(repository) && /^\w[\w.-]{0,127}$/.test(tag ?? '');
  if (!isGood || tag === undefined || digest !== undefined) throw new TestnetError(`${text}: write NAME=IMAGE:TAG, e.g. faucet=testnet/faucet:1.5.0; a digest has no place in values with tags`);
  return { name, repository, tag };
}

/**
 * Sets one image of a testnet's values.
 * @param defaults the chart's own values, where they are at hand: what they name can be set although the testnet says nothing of it yet
 * @throws TestnetError where nothing has that name, listing what has one; YamlError
 */
export function setImage(values: string, defaults: string | undefined, { name, repository, tag }: WantedImage): ValuesChange {
  const own = imagePlaces(readValues(values));
  const known = defaults === undefined ? [] : imagePlaces(readValues(defaults));
  const named = (places: readonly ImagePlace[]): ImagePlace | undefined => places.find(({ path }) => formatPath(path) === name || formatPath(path) === `${name}.image`);
  const [before, standard] = [named(own), named(known)];
  const place = before ?? standard;
  if (place === undefined) {
    const names = [...new Set([...own, ...known].map(({ path }) => formatPath(path)))];
    throw new TestnetError(`there is no image ${name}; ${names.length === 0 ? 'neither the values nor the chart name any' : `there are: ${names.join(', ')}`}`);
  }
  const current = { repository: before?.repository ?? standard?.repository, tag: before?.tag ?? standard?.tag };
  const at = formatPath(place.path);
  const isMap = (before ?? place).form === 'map';
  if (isMap && before?.digest !== undefined) throw new TestnetError(`${at} is pinned to ${before.digest}, which decides what runs whatever the tag says; take the digest out of the values first`);
  // the chart's own digest would win over the tag
  const isUnpinned = isMap && standard?.digest !== undefined;
  const already = { text: values, changes: [], notes: [`${at} is ${repository}:${tag} already`] };
  if (!isUnpinned && current.repository === repository && current.tag === tag) return already;
  const edit = tagEdit(place, before, tag, current.repository === repository ? undefined : repository);
  const text = editYaml(values, [isUnpinned ? { ...edit, entries: new Map([...edit.entries, ['digest', '']]) } : edit]);
  if (text === values) return already;
  return { text, changes: [`${at}: ${current.repository ?? ''}:${current.tag ?? ''} -> ${repository}:${tag}`], notes: [] };
}
