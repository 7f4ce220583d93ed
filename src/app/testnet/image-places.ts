import { fieldsOf } from '../../gitops/plan/needs/field.ts';
import { parseYaml } from '../../lib/yaml.ts';

/** An image in a file of values: a map with `repository` and `tag`, or a text `repository:tag`. */
export interface ImagePlace {
  /** Of the image itself: `archive.image`. */
  readonly path: readonly string[];
  readonly form: 'map' | 'text';
  readonly repository?: string;
  readonly tag?: string;
}

/** `archive.image`, as people write it. */
export function formatPath(path: readonly string[]): string {
  return path.join('.');
}

/** The first document of a file of values. @throws YamlError */
export function readValues(text: string): Readonly<Record<string, unknown>> {
  return fieldsOf(parseYaml(text)[0]?.value);
}

/** Every image in values, by Helm's habits: whatever is called `image`, or ends in `Image`. Lists are not looked into. */
export function imagePlaces(values: unknown, path: readonly string[] = []): readonly ImagePlace[] {
  return Object.entries(fieldsOf(values)).flatMap(([key, value]): readonly ImagePlace[] => {
    const at = [...path, key];
    if (!/^image$|Image$/.test(key)) return imagePlaces(value, at);
    if (typeof value === 'string') return [{ path: at, form: 'text', ...splitImage(value) }];
    const { repository, tag } = fieldsOf(value);
    if (repository === undefined && tag === undefined) return imagePlaces(value, at);
    return [{ path: at, form: 'map', ...texts({ repository, tag }) }];
  });
}

/** `registry:5000/a/b:tag` in its parts. A digest is no tag. */
export function splitImage(image: string): { readonly repository: string; readonly tag?: string } {
  const colon = image.lastIndexOf(':');
  if (image.includes('@') || colon < image.lastIndexOf('/') || colon < 0) return { repository: image };
  return { repository: image.slice(0, colon), tag: image.slice(colon + 1) };
}

function texts(fields: { readonly repository: unknown; readonly tag: unknown }): { readonly repository?: string; readonly tag?: string } {
  const { repository, tag } = fields;
  return { ...(typeof repository === 'string' ? { repository } : {}), ...(typeof tag === 'string' || typeof tag === 'number' ? { tag: String(tag) } : {}) };
}
