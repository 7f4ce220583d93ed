import { fieldsOf } from '../../gitops/plan/needs/field.ts';
import { parseYaml } from '../../lib/yaml.ts';

/** An image in a file of values: a map with `repository`, `tag` and `digest`, or a text `repository:tag@digest`. */
export interface ImagePlace {
  /** Of the image itself: `archive.image`. */
  readonly path: readonly string[];
  readonly form: 'map' | 'text';
  readonly repository?: string;
  readonly tag?: string;
  /** It decides which image runs, whatever the tag says. */
  readonly digest?: string;
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
    const { repository, tag, digest } = fieldsOf(value);
    if (repository === undefined && tag === undefined && digest === undefined) return imagePlaces(value, at);
    return [{ path: at, form: 'map', ...texts({ repository, tag, digest }) }];
  });
}

/** `registry:5000/a/b:tag@sha256:…` in its parts. */
export function splitImage(image: string): Pick<ImagePlace, 'tag' | 'digest'> & { readonly repository: string } {
  const at = image.indexOf('@');
  const name = at < 0 ? image : image.slice(0, at);
  const digest = at < 0 ? {} : { digest: image.slice(at + 1) };
  const colon = name.lastIndexOf(':');
  if (colon < 0 || colon < name.lastIndexOf('/')) return { repository: name, ...digest };
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1), ...digest };
}

/** An image as people write it; what is not said is left out. */
export function formatImage({ repository, tag, digest }: Pick<ImagePlace, 'repository' | 'tag' | 'digest'>): string {
  const name = repository === undefined ? (tag ?? '') : `${repository}${tag === undefined ? '' : `:${tag}`}`;
  return digest === undefined ? name : `${name}@${digest}`;
}

/** An empty digest is a chart's way to have none. */
function texts({ repository, tag, digest }: Readonly<Record<'repository' | 'tag' | 'digest', unknown>>): Pick<ImagePlace, 'repository' | 'tag' | 'digest'> {
  return {
    ...(typeof repository === 'string' ? { repository } : {}),
    ...(typeof tag === 'string' || typeof tag === 'number' ? { tag: String(tag) } : {}),
    ...(typeof digest === 'string' && digest !== '' ? { digest } : {}),
  };
}
