import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rulesOf } from '../gitops/health/custom-rules.ts';
import { readHealthRules } from './health-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'prelude-health-rules-'));
const path = join(folder, 'health-rules.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  writeFileSync(path, text);
  return path;
}

describe('the file of health rules', () => {
  it('is a list as in the annotation', async () => {
    const rules = rulesOf(await readHealthRules(written('- apiVersion: example.com/v1\n  kind: Widget\n  current: status.ready\n')));

    expect(rules.assess({ apiVersion: 'example.com/v2', kind: 'Widget', metadata: { name: 'w' }, status: { ready: true } })?.status).toBe('Healthy');
    expect(rules.covers({ apiVersion: 'example.com/v2', kind: 'Gadget' })).toBe(false);
  });

  it.each([
    ['[]\n---\n[]', /must hold one document of YAML/],
    ['- apiVersion: example.com/v1\n  kind: Widget\n', /:1: \[0\]\.current: is required$/],
    ['- apiVersion: example.com/v1\n  current: "true"\n- apiVersion: example.com/v1\n  failed: status.(\n  current: 1 + 1\n', /:4: \[1\]\.failed: .*\n.*:5: \[1\]\.current: is a int, and must be true or false$/],
  ])('is refused with the line of everything that is wrong: %j', async (text, message) => {
    const refused = await readHealthRules(written(text)).then(() => '', (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : ''));

    expect(refused).toMatch(/^UsageError: /);
    expect(refused).toMatch(message);
  });

  it('must be there', async () => {
    await expect(readHealthRules(join(folder, 'absent.yaml'))).rejects.toThrow(/^--health-rules .*absent\.yaml cannot be read \(ENOENT\)$/);
  });
});
