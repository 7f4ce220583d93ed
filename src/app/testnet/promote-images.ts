import { editYaml, type YamlEdit } from '../../lib/yaml-edit.ts';
import { formatImage, formatPath, type ImagePlace, imagePlaces, readValues } from './image-places.ts';

/** New text of a file, and what is different in it, in sentences. */
export interface ValuesChange {
  readonly text: string;
  readonly changes: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Copies the tags of images from one testnet's values to another's; all else of the other's stays, byte for byte. A tag means nothing in another
 * repository, or beside a digest: such images stay as they are.
 * @throws YamlError
 */
export function promoteImages(from: string, to: string): ValuesChange {
  const theirs = imagePlaces(readValues(from)).filter(({ tag, digest }) => tag !== undefined || digest !== undefined);
  const ours = new Map(imagePlaces(readValues(to)).map((place) => [formatPath(place.path), place]));
  const edits: YamlEdit[] = [];
  const changes: string[] = [];
  const notes: string[] = [];
  for (const place of theirs) {
    const name = formatPath(place.path);
    const { tag = '' } = place;
    const before = ours.get(name);
    if (before !== undefined && isSameImage(place, before)) continue;
    const obstacle = obstacleTo(place, before);
    if (obstacle !== undefined) {
      notes.push(`${name} stays at ${before === undefined ? "the chart's own" : formatImage(before)}: ${obstacle}`);
      continue;
    }
    if (before?.tag === tag) continue;
    edits.push(tagEdit(place, before, tag));
    changes.push(`${name}: ${before?.tag ?? "the chart's own"} -> ${tag}`);
  }
  const said = new Set(theirs.map(({ path }) => formatPath(path)));
  const left = [...ours.values()].filter(({ path, tag }) => tag !== undefined && !said.has(formatPath(path)));
  notes.push(...left.map(({ path, tag }) => `${formatPath(path)} stays at ${tag ?? ''}: the other testnet says none`));
  return { text: edits.length === 0 ? to : editYaml(to, edits), changes, notes };
}

function isSameImage(one: ImagePlace, other: ImagePlace): boolean {
  return one.repository === other.repository && one.tag === other.tag && one.digest === other.digest;
}

/** Why the tag of an image cannot be copied; undefined where it can. */
function obstacleTo({ repository, digest }: ImagePlace, before: ImagePlace | undefined): string | undefined {
  if (before?.digest !== undefined) return 'a digest is not changed';
  if (digest !== undefined) return 'the other testnet names a digest, which is not copied';
  const differs = repository !== undefined && before?.repository !== undefined && repository !== before.repository;
  return differs ? `the other testnet has it from ${repository}` : undefined;
}

/** Puts a tag where an image is, in the form that it has there. */
export function tagEdit(place: ImagePlace, before: ImagePlace | undefined, tag: string, repository?: string): YamlEdit {
  const { path, form } = before ?? place;
  if (form === 'map') return { document: 0, path, entries: new Map([...(repository === undefined ? [] : [['repository', repository] as const]), ['tag', tag]]) };
  const image = `${repository ?? before?.repository ?? place.repository ?? ''}:${tag}`;
  return { document: 0, path: path.slice(0, -1), entries: new Map([[path.at(-1) ?? '', image]]) };
}
