import { normaliseName } from './path-parameters.ts';

/** A text as a part of an address: words of lower-case letters and digits with hyphens between. (gosimple/slug, which Argo CD's slugify uses.) */
export function slugOf(text: string, { longest, atWords }: { readonly longest: number; readonly atWords: boolean }): string {
  const name = normaliseName(text);
  const cut = !atWords && name.length >= longest ? name.slice(0, longest) : name;
  const slug = cut.replaceAll(/[^a-zA-Z0-9\-_]/g, '-').replaceAll(/-+/g, '-').replace(/^[-_]+/, '').replace(/[-_]+$/, '');
  if (longest <= 0 || !atWords || slug.length <= longest) return slug;
  const end = slug.lastIndexOf('-', longest);
  return end < 0 ? slug.slice(0, longest) : slug.slice(0, end);
}
