import { z } from 'zod';
import { type SecretFile, secretFile } from '../../../provider/notice-source.ts';
import { clipped, type Message, summaryOf } from '../message.ts';
import { postJson } from '../post-json.ts';
import { commitPlace } from './commit-place.ts';
import { contextOf } from './github.ts';
import type { ServiceKind } from './service-kind.ts';

const schema = z.strictObject({
  token: secretFile().describe('Where a token stands that may write commit statuses: scope api, role Developer.'),
  apiUrl: z.url({ protocol: /^https?$/ }).default('https://gitlab.com/api/v4').describe('Of an own GitLab: https://HOST/api/v4.'),
  host: z.string().min(1).default('gitlab.com').describe('Of the repositories whose commits get a status.'),
});

/** GitLab takes no longer one. */
const longestDescription = 255;
const states = { pending: 'running', success: 'success', failure: 'failed' } as const;

/** Commit statuses of GitLab. (Source: its REST API, "Set commit pipeline status".) */
export const gitlab: ServiceKind<z.output<typeof schema>> = {
  type: 'gitlab',
  showsState: true,
  schema,
  secrets: ({ token }): readonly SecretFile[] => [token],
  concerns: ({ host }, message) => commitPlace(message, host) !== undefined,
  open: ({ token, apiUrl, host }, { http, secret }) => async (message, signal) => {
    const place = commitPlace(message, host);
    if (place === undefined) return;
    const url = `${apiUrl.replace(/\/+$/, '')}/projects/${encodeURIComponent(place.project)}/statuses/${place.commit}`;
    const privateToken = Buffer.from((await secret(token)).reveal()).toString('utf8');
    // it refuses to set a status to what it is
    const isDone = ({ status, body }: { readonly status: number; readonly body: Uint8Array }): boolean => status === 400 && Buffer.from(body).includes('Cannot transition status');
    await postJson({ http, url, body: JSON.stringify(statusOf(message)), headers: { 'private-token': privateToken }, isDone }, signal);
  },
};

function statusOf(message: Message): object {
  const { state, namespace, name, targetUrl } = message;
  return { state: states[state], name: contextOf(namespace, name), description: clipped(summaryOf(message), longestDescription), ...(targetUrl === undefined ? {} : { target_url: targetUrl }) };
}
