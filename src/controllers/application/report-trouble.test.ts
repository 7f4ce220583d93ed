import { describe, expect, test } from 'vitest';
import { setApplicationStage } from '../../../test/support/application-stage.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { applicationType } from '../../kube/resource-types.ts';

describe('trouble with an Application', () => {
  const stage = setApplicationStage('trouble', openLocalWorld);
  const told = (): readonly string[] => stage.running.events.map(({ note }) => `${note.type} ${note.reason}`);
  const passes = (): number => stage.recorded.calls.filter(({ verb, resource }) => verb === 'patchStatus' && resource === applicationType.plural).length;

  test('is told in one event, however often it is tried again', async () => {
    await stage.push({ 'settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n' });
    await stage.hideRemote();
    await stage.declare();
    await stage.start();

    await stage.until(async () => expect((await stage.status()).conditions).toMatchObject([{ type: 'ComparisonError' }]));
    const written = passes();
    await stage.pause(2_500);

    expect(told()).toEqual(['Warning ComparisonError']);
    expect(passes()).toBe(written);
  });

  test('is told again when it is another one', async () => {
    await stage.push({ 'settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n' });
    await stage.hideRemote();
    await stage.declare();
    await stage.start();
    await stage.until(() => expect(told()).toEqual(['Warning ComparisonError']));

    await stage.editApplication((object) => ({ ...object, spec: { ...(object['spec'] as object), source: { repoURL: 'git@git.example:net', path: '.' } } }));

    await stage.until(() => expect(told()).toEqual(['Warning ComparisonError', 'Warning ComparisonError']));
    await stage.pause(1_000);
    expect(stage.running.events).toHaveLength(2);
    expect(stage.running.events[1]?.note.message).toContain('ssh repositories are not allowed here');
  });
});
