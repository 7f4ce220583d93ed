import { describe, expect, it } from 'vitest';
import { at } from '../../../test/support/raw-api.ts';
import type { KubeObject } from '../../api/object.ts';
import { systemClock } from '../../lib/clock.ts';
import { readChartValues } from './chart-values.ts';
import { renderController } from './controller-objects.ts';

const { signal } = new AbortController();

function render(controller: { readonly values?: string; readonly image?: string } = {}): Promise<readonly KubeObject[]> {
  return renderController({ namespace: 'platform', controller: { isInstalled: true, ...controller } }, readChartValues({ isInstalled: true, ...controller }, 'platform'), systemClock, signal);
}

const container = (objects: readonly KubeObject[]): unknown => at(objects.find(({ kind }) => kind === 'Deployment'), 'spec', 'template', 'spec', 'containers', 0);

describe('the objects of the controller', { timeout: 60_000 }, () => {
  it('are those of the chart without its definitions, all in the namespace, accounts and roles before the Deployment', async () => {
    const objects = await render();

    const kinds = objects.map(({ kind }) => kind);
    expect(kinds).not.toContain('CustomResourceDefinition');
    expect(kinds.at(-1)).toBe('Deployment');
    expect(kinds.indexOf('ServiceAccount')).toBeLessThan(kinds.indexOf('RoleBinding'));
    expect(new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))).toEqual(new Set(['platform']));
    expect(at(container(objects), 'args')).toContain('--controllers=secrets,git,sealed');
  });

  it('take the values of a file, and an image whose registry has a port', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;

    expect(at(container(await render({ image: 'registry.example:5000/team/prelude:1.2' })), 'image')).toBe('registry.example:5000/team/prelude:1.2');
    expect(at(container(await render({ image: `registry.example/prelude@${digest}` })), 'image')).toBe(`registry.example/prelude@${digest}`);
    expect(at(container(await render({ values: 'sealedSecrets: {enabled: false}\nlog: {level: debug}\n' })), 'args')).toEqual(expect.arrayContaining(['--log-level=debug', '--controllers=secrets,git']));
  });

  it('are refused for values that the chart does not take, and for what is no image', async () => {
    await expect(render({ values: 'log: {level: loud}\n' })).rejects.toThrow(/the controller cannot be rendered with these values: .*level/s);
    await expect(render({ image: 'two words' })).rejects.toThrow('"two words" is no image');
  });
});
