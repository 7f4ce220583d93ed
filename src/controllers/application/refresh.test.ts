import { describe, expect, test } from 'vitest';
import { manifests, setApplicationStage } from '../../../test/support/application-stage.ts';
import { InterruptedWorld } from '../../../test/support/running-world.ts';
import type { KubeObject } from '../../api/object.ts';
import { refreshAnnotation } from './observe.ts';

const interrupted = new InterruptedWorld();

describe('a refresh', () => {
  const stage = setApplicationStage('refresh', interrupted.open);

  const asks = (how: string) => (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [refreshAnnotation]: how } } });
  const applied = (): number => stage.recorded.calls.filter(({ verb, resource }) => verb === 'apply' && resource === 'configmaps').length;

  test('that is asked for while another is under way is done after it', async () => {
    const commit = await stage.push({ 'config.yaml': manifests.config('settings') });
    await stage.declare();
    await stage.start();
    await stage.untilSynced(commit);
    const before = applied();

    await stage.editApplication((object) => {
      // the next to read it is the pass that takes this wish away
      interrupted.meanwhile(() => stage.editApplication(asks('hard')));
      return asks('normal')(object);
    });

    await stage.until(async () => expect((await stage.application()).metadata.annotations?.[refreshAnnotation]).toBeUndefined());
    expect(interrupted.isDone).toBe(true);
    // a hard one forgets what was compared
    await stage.until(() => expect(applied()).toBeGreaterThan(before));
  });
});
