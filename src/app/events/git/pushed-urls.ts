import { z } from 'zod';
import { normaliseGitUrl } from '../../../gitops/source/git-url.ts';
import { jsonBody } from './json-body.ts';

const url = z.string().max(2048);
const optional = url.nullish();

/** As much of what services send at a push as says which repository it was. */
const schemas = {
  github: z.object({ repository: z.object({ clone_url: optional, ssh_url: optional, html_url: optional }) }).transform(({ repository }) => Object.values(repository)),
  gitlab: z
    .object({ project: z.object({ git_http_url: optional, git_ssh_url: optional, web_url: optional }) })
    .transform(({ project }) => Object.values(project)),
  bitbucket: z
    .object({ repository: z.object({ links: z.object({ html: z.object({ href: url }).nullish(), clone: z.array(z.object({ href: url })).max(8).nullish() }) }) })
    .transform(({ repository: { links } }) => [links.html?.href, ...(links.clone ?? []).map(({ href }) => href)]),
  plain: z.object({ repository: url }).transform(({ repository }) => [repository]),
} as const;

/** Whose words a body is in; Gitea's are GitHub's. */
export type PushDialect = keyof typeof schemas;

/** The repositories that a body is about, as `normaliseGitUrl` writes them; undefined where it says none. */
export function pushedUrls(body: Uint8Array, dialect: PushDialect): readonly string[] | undefined {
  const parsed = schemas[dialect].safeParse(jsonBody(body));
  if (!parsed.success) return undefined;
  const names = parsed.data.flatMap((text: string | null | undefined) => (text === null || text === undefined ? [] : [normaliseGitUrl(text)]));
  const known = [...new Set(names)].filter((name) => name !== undefined);
  return known.length === 0 ? undefined : known;
}
