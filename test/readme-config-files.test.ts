import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readEventsConfig } from '../src/app/events/events-config.ts';
import { eventFormats } from '../src/app/events/event-formats.ts';
import { readHealthRules } from '../src/app/health-rules.ts';
import { readNotifyConfig } from '../src/app/notify/notify-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'prelude-readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The block of the README that begins with the name of a file, written there. */
function blockOf(name: string): string {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, text] = new RegExp(`^\`\`\`yaml\\n(# ${name}.*?)^\`\`\``, 'ms').exec(readme) ?? [];
  if (text === undefined) throw new Error(`the README shows no ${name}`);
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

it("the README's file of events is read as it stands", async () => {
  const { sources } = await readEventsConfig(blockOf('events.yaml'), eventFormats);
  expect(sources.map(({ name }) => name)).toEqual(['vault', 'aws', 'aws-queue', 'google', 'google-pull', 'azure', 'github']);
});

it("the README's file of notifications is read as it stands", async () => {
  const { services } = await readNotifyConfig(blockOf('notify.yaml'));
  expect(services).toHaveLength(4);
});

it("the README's file of health rules is read as it stands", async () => {
  expect((await readHealthRules(blockOf('health-rules.yaml'))).map(({ check }) => check.kind)).toEqual(['Database']);
});
