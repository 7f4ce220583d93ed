import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { isLive, upstreamDeployment } from './upstream-deployment.ts';

interface Shape {
  readonly name?: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly replicas?: number;
  readonly running?: number;
}

function deployment({ name, image = 'registry.example/app:1', args, replicas, running }: Shape): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'es', name: 'eso', ...(name === undefined ? {} : { labels: { 'app.kubernetes.io/name': name } }) },
    spec: { ...(replicas === undefined ? {} : { replicas }), template: { spec: { containers: [{ name: 'main', image, ...(args === undefined ? {} : { args }) }] } } },
    ...(running === undefined ? {} : { status: { replicas: running } }),
  };
}

const image = 'ghcr.io/external-secrets/external-secrets:v0.20.4';

describe('upstreamDeployment', () => {
  it.each<[string, Shape, string | undefined]>([
    ['the chart as it is', { name: 'external-secrets', image }, 'controller'],
    ['the webhook', { name: 'external-secrets-webhook', image, args: ['webhook', '--port=10250'] }, 'webhook'],
    ['the cert-controller', { name: 'external-secrets-cert-controller', image, args: ['certcontroller'] }, 'cert-controller'],
    ['a webhook in a chart of another name', { name: 'platform', image, args: ['--loglevel=info', 'webhook'] }, 'webhook'],
    ['a controller in a chart of another name', { name: 'platform', image: 'mirror.example/eso/external-secrets@sha256:00' }, 'controller'],
    ['an image of another name under the label', { name: 'external-secrets', image: 'mirror.example/eso:1' }, 'controller'],
    ['somebody else', { name: 'shop' }, undefined],
    ['an image that only begins alike', { image: 'registry.example/external-secrets-ui:1' }, undefined],
    ['an image that only ends alike', { image: 'registry.example/my-external-secrets:1' }, undefined],
  ])('knows %s', (_what, shape, role) => {
    expect(upstreamDeployment(deployment(shape))?.role).toBe(role);
  });

  it.each([
    [['--controller-class=canary'], 'canary', undefined],
    [['--controller-class', 'canary', '--namespace', 'a'], 'canary', 'a'],
    [['--controller-class=a', '--controller-class=b', '--namespace='], 'b', undefined],
    [[], 'default', undefined],
  ])('reads what %j serves', (args, controllerClass, watches) => {
    const found = upstreamDeployment(deployment({ image, args }));

    expect(found?.controllerClass).toBe(controllerClass);
    expect(found?.watches).toBe(watches);
  });

  it.each([
    [{}, true],
    [{ replicas: 0 }, false],
    [{ replicas: 0, running: 1 }, true],
    [{ replicas: 2, running: 0 }, true],
  ])('tells whether one with %j works, or is about to', (shape, live) => {
    const found = upstreamDeployment(deployment({ image, ...shape }));

    expect(found === undefined ? undefined : isLive(found)).toBe(live);
  });

  it('passes over what is no Deployment', () => {
    expect(upstreamDeployment({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' } })).toBeUndefined();
  });
});
