import { describe, expect, it, test } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { setStage } from '../../../test/support/secret-stage.ts';
import { storeObject } from '../../../test/support/secret-world.ts';
import { externalSecretType, secretStoreType } from '../../kube/resource-types.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { unassembled } from './outcomes.ts';

describe('what was read for others', () => {
  const stage = setStage('waves', openLocalWorld);

  it('is no answer to an edit that came afterwards, however soon', async () => {
    await stage.start();
    await stage.declare('first');
    await stage.untilData('first', { password: 'hunter2' });
    stage.running.remote['prod/db'] = 'rotated';
    await stage.edit(externalSecretType, 'first', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'force-sync': '1' } } }));
    await stage.declare('second');

    await stage.untilData('first', { password: 'rotated' });
    await stage.untilData('second', { password: 'rotated' });
  });
});

describe('a store that is judged late', () => {
  const stage = setStage('judged', openLocalWorld);

  /** Declares `late`, whose store has no verdict yet, and `first`, which is read meanwhile. @returns what gives the verdict */
  async function hold(): Promise<() => void> {
    await stage.start();
    await stage.until(async () => expect((await stage.storeStatus('vault')).conditions).toMatchObject([{ status: 'True' }]));
    let release = (): void => {};
    const verdict = new Promise<'valid'>((resolve) => {
      release = () => resolve('valid');
    });
    stage.running.script.validate = () => verdict;
    const store = storeObject(stage.namespace);
    await stage.create(secretStoreType, { ...store, metadata: { ...store.metadata, name: 'slow' } });
    await stage.declare('late', { secretStoreRef: { name: 'slow' } });
    await stage.pause(100);
    await stage.declare('first');
    await stage.untilData('first', { password: 'hunter2' });
    return release;
  }

  it('shares what was read since its ExternalSecrets were due', async () => {
    const release = await hold();
    release();
    await stage.untilData('late', { password: 'hunter2' });

    expect(stage.running.script.calls).toHaveLength(1);
  });

  it('reads anew for what was edited since', async () => {
    const release = await hold();
    stage.running.remote['prod/db'] = 'rotated';
    await stage.edit(externalSecretType, 'late', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'force-sync': '1' } } }));
    await stage.pause(100);
    release();

    await stage.untilData('late', { password: 'rotated' });
  });
});

describe('a provider that asks to slow down', () => {
  const stage = setStage('paced', openLocalWorld);

  it('is waited for: the Secret comes late, and nothing is said of a failure', async () => {
    await stage.start();
    const { script } = stage.running;
    const answer = script.answer;
    let refused = 0;
    script.answer = async (refs, signal) => {
      refused += 1;
      if (refused > 2) return answer(refs, signal);
      throw new ProviderError('throttled', 'slow down', { retryAfter: 50 });
    };
    await stage.declare('patient');
    await stage.untilData('patient', { password: 'hunter2' });
    await stage.untilSynced('patient');

    expect(refused).toBe(3);
    expect(stage.running.events.filter(({ note }) => note.type === 'Warning')).toEqual([]);
  });
});

test('what only did not get its turn is due since when it was; what failed otherwise is not', () => {
  const problem = (kind: 'throttled' | 'unavailable') => ({ kind, path: 'spec.data[0]', message: 'no', retryAfter: 500 });

  expect(unassembled('SecretStore vault', [problem('throttled'), problem('throttled')])).toMatchObject({ kind: 'failed', retryAfter: 500, isHeldUp: true });
  expect(unassembled('SecretStore vault', [problem('throttled'), problem('unavailable')])).not.toHaveProperty('isHeldUp');
});
