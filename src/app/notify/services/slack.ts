import { z } from 'zod';
import { type SecretFile, secretFile } from '../../../provider/notice-source.ts';
import { shortRevision } from '../../../gitops/source/short-revision.ts';
import type { Message } from '../message.ts';
import { postJson } from '../post-json.ts';
import type { ServiceKind } from './service-kind.ts';

const schema = z.strictObject({ url: secretFile().describe('Where the address of the incoming webhook stands: whoever knows it may write to the channel.') });

const signs = { success: ':white_check_mark:', failure: ':x:', pending: ':hourglass_flowing_sand:' } as const;

/** An incoming webhook of Slack, or of what takes the same: Mattermost, Rocket.Chat. (Source: Slack's "Sending messages using incoming webhooks".) */
export const slack: ServiceKind<z.output<typeof schema>> = {
  type: 'slack',
  showsState: false,
  schema,
  secrets: ({ url }): readonly SecretFile[] => [url],
  open: ({ url }, { http, secret }) => async (message, signal) => {
    const address = Buffer.from((await secret(url)).reveal()).toString('utf8');
    await postJson({ http, url: address, body: JSON.stringify({ text: textOf(message) }) }, signal);
  },
};

function textOf({ namespace, name, revision, state, title, cause, nextStep, targetUrl }: Message): string {
  const shown = targetUrl === undefined ? `*${escaped(`${namespace}/${name}`)}*` : `*<${targetUrl}|${escaped(`${namespace}/${name}`)}>*`;
  return [`${signs[state]} ${shown} ${escaped(title)} at ${escaped(shortRevision(revision))}`, ...(cause === '' ? [] : [`> ${escaped(cause)}`]), ...(nextStep === '' ? [] : [`Next: ${escaped(nextStep)}`])].join('\n');
}

/** The characters that mean something to Slack. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
