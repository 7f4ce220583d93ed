import { describe, expect, test } from 'vitest';
import { namespaceType } from '../../src/kube/resource-types.ts';
import { setSpreadStage } from '../support/fan-out-stage.ts';
import type { World } from '../support/secret-stage.ts';
import { spreadExternalSecrets } from '../support/spread-kinds.ts';
import { describeFanOut } from './fan-out.contract.ts';

const finalizer = 'externalsecrets.external-secrets.io/clusterexternalsecret-cleanup';
const namespaceFinalizer = (name: string): string => `externalsecrets.external-secrets.io/ces-${name}`;

/** What the controller of ClusterExternalSecrets does. */
export function describeClusterExternalSecrets(name: string, open: () => Promise<World>): void {
  describeFanOut(spreadExternalSecrets, name, open);

  describe(`ClusterExternalSecret beside what External Secrets has left ${name}`, { timeout: 60_000 }, () => {
    const { type } = spreadExternalSecrets;
    const stage = setSpreadStage(spreadExternalSecrets, 'legacy', open);
    const namespaceOf = async (namespace: string): Promise<readonly string[] | undefined> => {
      const object = await stage.cluster.get(namespaceType, { name: stage.named(namespace) }, AbortSignal.timeout(5_000));
      return object === undefined ? undefined : (object.metadata.finalizers ?? []);
    };

    test('the deprecated fields count as well, and a namespace that is not there is told', async () => {
      await stage.makeNamespace('a');
      await stage.makeNamespace('b', { labels: { old: stage.named('team') } });
      await stage.makeNamespace('c', { labels: {} });
      await stage.start();
      await stage.declare({ namespaceSelector: { matchLabels: { old: stage.named('team') } }, namespaces: [stage.named('c'), stage.named('later')] });

      await stage.untilReady(`provisioned in 3 namespaces; not there: ${stage.named('later')}`);
      await stage.makeNamespace('later', { labels: {} });
      await stage.untilReady('provisioned in 4 namespaces');
    });

    test('finalizers on Namespaces are taken off where the declaration is alive, where it no longer means them, and where it is gone', async () => {
      const held = (declaration: string): { finalizers: string[] } => ({ finalizers: [namespaceFinalizer(stage.named(declaration)), 'test.example/stays'] });
      await stage.makeNamespace('a', { labels: { team: stage.named('team') }, ...held('all') });
      await stage.makeNamespace('b', { labels: {}, ...held('all') });
      await stage.makeNamespace('c', { labels: {}, ...held('gone') });
      await stage.start();
      await stage.declare();

      for (const namespace of ['a', 'b', 'c']) await stage.until(async () => expect(await namespaceOf(namespace)).toEqual(['test.example/stays']));
    });

    test('where a finalizer may not be taken off that is told, and all else is done', async () => {
      await stage.makeNamespace('a', { labels: {}, finalizers: [namespaceFinalizer(stage.named('all'))] });
      await stage.makeNamespace('b');
      stage.forbidden.add(`update ${stage.named('a')}`);
      await stage.start();
      await stage.declare();

      await stage.untilFailed(/External Secrets' finalizer could not be taken off the Namespace: forbidden/);
      expect((await stage.status()).provisionedNamespaces).toEqual([stage.named('b')]);
      stage.forbidden.clear();
      await stage.untilReady('provisioned in 1 namespace');
      await stage.until(async () => expect(await namespaceOf('a')).toEqual([]));
    });

    test('a declaration that is deleted goes although its finalizer may not be taken off a Namespace', async () => {
      await stage.makeNamespace('a', { labels: {}, finalizers: [namespaceFinalizer(stage.named('all'))] });
      stage.forbidden.add(`update ${stage.named('a')}`);
      await stage.start();
      await stage.declare({}, { finalizers: [finalizer] });
      await stage.untilFailed(/could not be taken off the Namespace/);

      await stage.remove(type, { name: stage.named('all') });

      await stage.until(async () => expect(await stage.cluster.get(type, { name: stage.named('all') }, AbortSignal.timeout(5_000))).toBeUndefined());
      expect(await namespaceOf('a')).toHaveLength(1);
    });

    test('a Namespace that such a finalizer holds while it is deleted can go', async () => {
      await stage.makeNamespace('a', { labels: {}, finalizers: [namespaceFinalizer(stage.named('gone'))] });
      await stage.remove(namespaceType, { name: stage.named('a') });
      expect(await namespaceOf('a')).toHaveLength(1);
      await stage.start();

      await stage.until(async () => expect((await namespaceOf('a')) ?? []).toEqual([]));
    });

    test('a declaration that is held by the finalizer loses its children, and then the finalizer', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare({}, { finalizers: [finalizer] });
      await stage.untilReady('provisioned in 1 namespace');
      expect((await stage.declared()).metadata.finalizers).toEqual([finalizer]);

      await stage.remove(type, { name: stage.named('all') });

      await stage.until(async () => expect(await stage.cluster.get(type, { name: stage.named('all') }, AbortSignal.timeout(5_000))).toBeUndefined());
      expect(await stage.child('a')).toBeUndefined();
    });
  });
}
