import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tarEntry, type TarEntry, tgz } from '../../../../../test/support/helm/tar.ts';
import type { Chart } from '../chart.ts';
import { ChartError } from './chart-error.ts';
import { defaultChartLimits } from './chart-limits.ts';
import { loadChart, loadChartArchive } from './load-chart.ts';

const metadata: TarEntry = { name: 'c/Chart.yaml', data: 'apiVersion: v2\nname: c\nversion: 1.0.0\n' };
const load = (...entries: readonly TarEntry[]): Promise<Chart> => loadChartArchive(tgz([metadata, ...entries]));

describe('loadChartArchive', () => {
  it('reads what helm packages, whatever the long names are written with', async () => {
    const long = `c/files/${'d/'.repeat(60)}x`;
    const record = `path=${long}`;
    const pax = `${record.length + 5} ${record}\n`;
    const chart = await load(
      { name: 'c/', type: '5' },
      { name: 'c/values.yaml', data: '\ufeffa: 1\n' },
      { name: 'pax', type: 'x', data: pax },
      { name: 'short', data: 'pax' },
      { name: '././@LongLink', type: 'L', data: `${long}2\0` },
      { name: 'short', data: 'gnu' },
      { name: String.raw`c\templates\a.yaml`, data: 'kind: A' },
      { name: 'c/crds/x.YAML', data: 'x' },
    );

    expect(chart.values).toEqual({ a: 1 });
    expect(chart.files.map(({ name, data }) => [name, Buffer.from(data).toString()])).toEqual([[long.slice(2), 'pax'], [`${long.slice(2)}2`, 'gnu'], ['crds/x.YAML', 'x']]);
    expect(chart.templates.map(({ name }) => name)).toEqual(['templates/a.yaml']);
    expect(chart.crds.map(({ name }) => name)).toEqual(['crds/x.YAML']);
  });

  it('reads archives in charts/, and archives in those', async () => {
    const inner = tgz([{ name: 'e/Chart.yaml', data: 'apiVersion: v2\nname: e\nversion: 1.0.0\n' }]);
    const outer = tgz([{ name: 'd/Chart.yaml', data: 'apiVersion: v2\nname: d\nversion: 1.0.0\n' }, { name: 'd/charts/e-1.0.0.tgz', data: inner }]);

    expect((await load({ name: 'c/charts/d-1.0.0.tgz', data: outer })).dependencies[0]?.dependencies[0]?.metadata.name).toBe('e');
  });

  it.each<readonly [string, TarEntry, string]>([
    ['a path that leads out', { name: 'c/templates/../../x' }, 'leads out of the chart'],
    ['an absolute path', { name: 'c//etc/passwd' }, 'absolute'],
    ['a path with a drive', { name: String.raw`c\C:\x` }, 'drive letter'],
    ['a file in no folder', { name: 'x' }, 'lies in no folder'],
    ['a link in place of Chart.lock', { name: 'c/Chart.lock', type: '2' }, 'c/Chart.lock is a symbolic link'],
    ['a link in place of values', { name: 'c/values.yaml', type: '2' }, 'c/values.yaml is a symbolic link'],
    ['a hard link', { name: 'c/x', type: '1' }, 'a hard link'],
    ['a device', { name: 'c/x', type: '3' }, 'a device'],
    ['a sparse file', { name: 'c/x', type: 'S' }, 'that a chart cannot hold'],
    ['a size that is a lie', { name: 'c/x', data: 'x', size: 1_000_000 }, 'ends in the middle'],
    ['a size beyond the limits', { name: 'c/x', data: 'x', size: 0o77777777777 }, 'larger than'],
    ['a malformed pax header', { name: 'p', type: 'x', data: '99 path=x\n' }, 'malformed pax'],
  ])('refuses %s', async (_, entry, problem) => {
    await expect(load(entry)).rejects.toThrow(problem);
    await expect(load(entry)).rejects.toThrow(ChartError);
  });

  it('stops at its limits, and holds no bomb', { timeout: 30_000 }, async () => {
    const limits = { ...defaultChartLimits, bytes: 1_000_000, fileBytes: 500_000, files: 20, depth: 2 };
    const bomb = gzipSync(Buffer.concat([tarEntry(metadata), tarEntry({ name: 'c/x', type: '5', size: 0 }), Buffer.alloc(8 * 1024 * 1024, tarEntry({ name: 'c/d/', type: '5' }))]));
    const many = tgz([metadata, ...Array.from({ length: 30 }, (_, index) => ({ name: `c/${index}` }))]);
    const large = tgz([metadata, { name: 'c/x', data: 'x'.repeat(600_000) }]);
    const several = tgz([metadata, ...[1, 2, 3].map((index) => ({ name: `c/${index}`, data: 'x'.repeat(400_000) }))]);
    let nested = tgz([metadata]);
    for (let depth = 0; depth < 4; depth += 1) nested = tgz([metadata, { name: 'c/charts/c.tgz', data: nested }]);

    expect(bomb.length).toBeLessThan(1_000_000);
    await expect(loadChartArchive(bomb, limits)).rejects.toThrow('larger than 1000000 bytes when it is unpacked');
    await expect(loadChartArchive(many, limits)).rejects.toThrow('more than 20 files');
    await expect(loadChartArchive(large, limits)).rejects.toThrow('c/x is larger than 500000 bytes');
    await expect(loadChartArchive(several, limits)).rejects.toThrow('larger than 1000000 bytes');
    await expect(loadChartArchive(nested, limits)).rejects.toThrow('nested more than 2 levels deep');
  });

  it('refuses values that are huge, or that aliases blow up', async () => {
    const files = (values: string): { readonly name: string; readonly data: Uint8Array }[] => [
      { name: 'Chart.yaml', data: Buffer.from('apiVersion: v2\nname: c\nversion: 1.0.0\n') },
      { name: 'values.yaml', data: Buffer.from(values) },
    ];
    const levels = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join()}]\n`).join('');

    await expect(loadChart(files(`l0: &l0 x\n${levels}`))).rejects.toThrow('excessive aliasing');
    await expect(loadChart(files(`a: ${'['.repeat(50_000)}`))).rejects.toThrow(ChartError);
  }, 20_000);

  it('answers or refuses whatever it is given', { timeout: 30_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 1200 }), fc.boolean(), async (bytes, isGzipped) => {
        await expect(loadChartArchive(isGzipped ? gzipSync(bytes) : bytes)).rejects.toThrow(ChartError);
      }),
      { numRuns: 40 },
    );
  });
});
