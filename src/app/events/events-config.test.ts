import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../lib/log.ts';
import { systemClock } from '../../lib/clock.ts';
import { UsageError } from '../options.ts';
import { openEvents } from './open-events.ts';

const folder = mkdtempSync(join(tmpdir(), 'prelude-events-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'events.yaml');
writeFileSync(join(folder, 'vault'), 'a key as it stands, of enough bytes\n');
writeFileSync(join(folder, 'empty'), '\n');

async function open(text: string): Promise<string> {
  writeFileSync(file, text);
  try {
    await openEvents({ config: file, listen: undefined }, { clock: systemClock, random: Math.random, log: silentLog });
    return 'opened';
  } catch (error) {
    if (error instanceof UsageError) return error.message.replaceAll(folder, '');
    throw error;
  }
}

describe('the file of sources', () => {
  it('declares sources of every type', async () => {
    expect(
      await open(`secretsFolder: ${folder}
sources:
  - {name: vault, type: cloudevents, provider: vault, scope: {server: "https://vault.example.com"}, secrets: [{key: vault}], rate: {perSecond: 5, burst: 50}}
  - {name: aws, type: sns, topicArns: ["arn:aws:sns:eu-central-1:123456789012:secrets"]}
  - {name: queue, type: sqs, queueUrl: "https://sqs.eu-central-1.amazonaws.com/123456789012/secrets", region: eu-central-1}
  - {name: google, type: pubsub-push, audience: "https://prelude.example", serviceAccount: pusher@acme.iam.gserviceaccount.com, projects: {"123": acme-testnets}}
  - {name: subscription, type: pubsub-pull, subscription: projects/acme-testnets/subscriptions/prelude}
  - {name: grid, type: event-grid, vaults: [acme-testnets], secret: {file: ${folder}/vault}}
`),
    ).toBe('opened');
  });

  it('is told where it is wrong, with the line, and without what stands there', async () => {
    expect(
      await open(`sources:
  - name: aws
    type: sns
    topicArns: [a-canary-that-is-no-arn]
  - name: AWS
    type: sns
    topicArns: []
`),
    ).toBe('/events.yaml:5: sources[1].name: must consist of lower-case letters, digits and hyphens: it is a part of an address');
    expect(
      await open(`sources:
  - name: aws
    type: sns
    topicArns: [a-canary-that-is-no-arn]
  - name: aws
    type: email
  - name: vault
    type: cloudevents
    provider: vault
    secrets: [a-canary-in-the-file]
    colour: red
`),
    ).toBe(`/events.yaml:4: sources[0].topicArns[0]: must be the ARN of a topic of SNS
/events.yaml:5: sources[1].name: is the name of another source already
/events.yaml:6: sources[1].type: must be one of cloudevents, github, gitlab, bitbucket, gitea, git, sns, sqs, pubsub-push, pubsub-pull, event-grid
/events.yaml:10: sources[2].secrets[0]: must be {file: /path} or {key: name}: a secret never stands here itself
/events.yaml:11: sources[2].colour: unknown field`);
  });

  it('has to be there, and be one document of YAML', async () => {
    expect(await open('a: [')).toMatch(/^\/events\.yaml:1: /);
    expect(await open('a: 1\n---\nb: 2\n')).toBe('--events-config /events.yaml must hold one document of YAML');
    await expect(openEvents({ config: join(folder, 'none'), listen: undefined }, { clock: systemClock, random: Math.random, log: silentLog })).rejects.toThrow('cannot be read (ENOENT)');
  });

  it('names secrets that are there', async () => {
    const declare = (secret: string, first = ''): string => `${first}sources:\n  - {name: vault, type: cloudevents, provider: vault, secrets: [${secret}]}\n`;
    expect(await open(declare('{key: missing}', `secretsFolder: ${folder}\n`))).toBe('/events.yaml: source vault: the file /missing cannot be read');
    expect(await open(declare('{key: empty}', `secretsFolder: ${folder}\n`))).toBe('/events.yaml: source vault: the file /empty is empty, or has more than 64 KiB');
    expect(await open(declare('{key: vault}'))).toBe('/events.yaml: source vault: key vault is named, and secretsFolder is not set');
    expect(await open(declare('{key: ../vault}', `secretsFolder: ${folder}\n`))).toMatch(/:3: sources\[0\]\.secrets\[0\]\.key: must be the name of a file in secretsFolder$/);
  });
});
