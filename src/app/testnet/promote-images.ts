import { editYaml, type YamlEdit } from '../../lib/yaml-edit.ts';
import { formatPath, type ImagePlace, imagePlaces, readValues } from './image-places.ts';

/** New text of a file, and what is different in it, in sentences. */
export interface ValuesChange {
  readonly text: string;
  readonly changes: readonly string[];
  readonly notes: readonly string[];
}

/** Copies the tags of images from one testnet's values to another's; all else of the other's stays, byte for byte. @throws YamlError */
export function promoteImages(from: string, to: string): ValuesChange {
  const theirs = imagePlaces(readValues(from)).filter(({ tag }) => tag !== undefined);
  const ours = new Map(imagePlaces(readValues(to)).map((place) => [formatPath(place.path), place]));
  const edits: YamlEdit[] = [];
  const changes: string[] = [];
  for (const place of theirs) {
    const name = formatPath(place.path);
    const { tag = '' } = place;
    const before = ours.get(name);
    if (before?.tag === tag) continue;
    edits.push(tagEdit(place, before, tag));
    changes.push(`${name}: ${before?.tag ?? "the chart's own"} -> ${tag}`);
  }
  const said = new Set(theirs.map(({ path }) => formatPath(path)));
  const left = [...ours.values()].filter(({ path, tag }) => tag !== undefined && !said.has(formatPath(path)));
  return { text: edits.length === 0 ? to : editYaml(to, edits), changes, notes: left.map(({ path, tag }) => `${formatPath(path)} stays at ${tag ?? ''}: the other testnet says none`) };
}

/** Puts a tag where an image is, in the form that it has there. */
export function tagEdit(place: ImagePlace, before: ImagePlace | undefined, tag: string, repository?: string): YamlEdit {
  const { path, form } = before ?? place;
  if (form === 'map') return { document: 0, path, entries: new Map([...(repository === undefined ? [] : [['repository', repository] as const]), ['tag', tag]]) };
  const image = `${repository ?? before?.repository ?? place.repository ?? ''}:${tag}`;
  return { document: 0, path: path.slice(0, -1), entries: new Map([[path.at(-1) ?? '', image]]) };
}
