import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeBadInput } from '../contract/bad-input.contract.ts';
import { describeSecretControllers } from '../contract/secret-controllers.contract.ts';
import { describeSecretDeletion } from '../contract/secret-deletion.contract.ts';
import { describeSecretPolicies } from '../contract/secret-policies.contract.ts';
import { describeSecretSources } from '../contract/secret-sources.contract.ts';
import { describeSecretTemplates } from '../contract/secret-templates.contract.ts';
import { openRealWorld, type RealWorld } from '../support/real-world.ts';
import { isEffectiveWrite } from '../support/parts/audit-log.ts';
import { setStage } from '../support/secret-stage.ts';

let world: RealWorld;

beforeAll(async () => {
  world = await openRealWorld();
});
afterAll(() => world.stop());

const open = (): Promise<RealWorld> => Promise.resolve(world);

describeSecretControllers('on a real API server', open);
describeSecretTemplates('on a real API server', open);
describeSecretSources('on a real API server', open);
describeSecretPolicies('on a real API server', open);
describeSecretDeletion('on a real API server', open);
describeBadInput('on a real API server', open);

describe('by the audit log of a real API server', () => {
  const stage = setStage('audit', open);

  test('100 ExternalSecrets cost two writes each, and a refresh none', async () => {
    await stage.start();
    await stage.until(async () => expect((await stage.storeStatus('vault')).conditions).toHaveLength(1));
    const written = (): readonly string[] =>
      world
        .audit()
        .filter((entry) => isEffectiveWrite(entry) && entry.namespace === stage.namespace && entry.userAgent.startsWith('prelude/') && ['secrets', 'externalsecrets'].includes(entry.resource))
        .filter(({ verb, resource, subresource }) => verb !== 'create' || resource !== 'externalsecrets' || subresource !== undefined)
        .map(({ verb, resource, subresource = '' }) => `${verb} ${resource}/${subresource}`);

    for (let index = 0; index < 100; index += 1) await stage.declare(`es-${index}`, { refreshInterval: '2s' });
    await stage.until(() => expect(stage.running.events.filter(({ note }) => note.reason === 'Created')).toHaveLength(100));
    await stage.until(() => expect(written()).toHaveLength(200));
    expect(written().filter((write) => write === 'create secrets/')).toHaveLength(100);
    expect(written().filter((write) => write === 'patch externalsecrets/status')).toHaveLength(100);

    const reads = stage.running.script.calls.length;
    await stage.pause(4_500);
    expect(stage.running.script.calls.length).toBeGreaterThan(reads);
    expect(written()).toHaveLength(200);
  });
});
