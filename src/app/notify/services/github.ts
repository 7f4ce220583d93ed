import { z } from 'zod';
import { type SecretFile, secretFile } from '../../../provider/notice-source.ts';
import { clipped, type Message, summaryOf } from '../message.ts';
import { postJson } from '../post-json.ts';
import { commitPlace } from './commit-place.ts';
import type { ServiceKind } from './service-kind.ts';

const schema = z.strictObject({
  token: secretFile().describe('Where a token stands that may write commit statuses.'),
  apiUrl: z.url({ protocol: /^https?$/ }).default('https://api.github.com').describe('Of GitHub Enterprise: https://HOST/api/v3.'),
  host: z.string().min(1).default('github.com').describe('Of the repositories whose commits get a status.'),
});

/** GitHub takes no longer one. */
const longestDescription = 140;

/** Commit statuses of GitHub. (Source: its REST API, version 2022-11-28, "Create a commit status".) */
export const github: ServiceKind<z.output<typeof schema>> = {
  type: 'github',
  showsState: true,
  schema,
  secrets: ({ token }): readonly SecretFile[] => [token],
  // GitHub knows no groups within groups
  concerns: ({ host }, message) => commitPlace(message, host)?.project.split('/').length === 2,
  open: ({ token, apiUrl, host }, { http, secret }) => async (message, signal) => {
    const place = commitPlace(message, host);
    if (place === undefined) return;
    const [owner = '', repository = ''] = place.project.split('/');
    const url = `${apiUrl.replace(/\/+$/, '')}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}/statuses/${place.commit}`;
    const authorization = `Bearer ${Buffer.from((await secret(token)).reveal()).toString('utf8')}`;
    await postJson({ http, url, body: JSON.stringify(statusOf(message)), headers: { authorization, accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' } }, signal);
  },
};

function statusOf(message: Message): object {
  const { state, namespace, name, targetUrl } = message;
  return { state, context: contextOf(namespace, name), description: clipped(summaryOf(message), longestDescription), ...(targetUrl === undefined ? {} : { target_url: targetUrl }) };
}

/** Under which name a status stands: one for each Application. */
export function contextOf(namespace: string, name: string): string {
  return `prelude/${namespace}/${name}`;
}
