import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listVersions } from './index-entries.ts';
import { indexItems } from './index-section.ts';

const index = (text: string): Uint8Array => Buffer.from(text);

const helms = index(`apiVersion: v1
entries:
  net:
  - annotations:
      note: |
        version: 9.9.9
    apiVersion: v2
    digest: ${'a'.repeat(64)}
    urls:
    - net-1.2.0.tgz
    version: 1.2.0
  - urls: [net-1.1.0.tgz]
    version: "1.1.0"
  web:
  - version: 3.0.0
    urls: []
generated: "2026-01-01T00:00:00Z"
`);

describe('the entries of a chart in an index', () => {
  it('are found as helm writes them, and are read one by one', () => {
    const versions = listVersions(helms, 'net', 'charts.example');

    expect(versions.map(({ version, digest }) => [version, digest?.length])).toEqual([['1.2.0', 64], ['1.1.0', undefined]]);
    expect(versions[0]?.entry()).toMatchObject({ version: '1.2.0', urls: ['net-1.2.0.tgz'], annotations: { note: 'version: 9.9.9\n' } });
    expect(listVersions(helms, 'web', 'charts.example').map(({ version }) => version)).toEqual(['3.0.0']);
  });

  it.each([
    ['deeper lists', 'entries:\n    net:\n        - version: 1.0.0\n          urls: []\n'],
    ['keys in quotes, and a comment', '---\nentries:\n  # charts\n\n  "net":\n  - "version": 1.0.0\n    urls: []\n'],
    ['returns', 'entries:\r\n  net:\r\n  - version: 1.0.0\r\n    urls: []\r\n'],
    ['brackets', 'entries: {net: [{version: 1.0.0, urls: []}]}\n'],
    ['JSON', '{"entries": {"net": [{"version": "1.0.0", "urls": []}]}}'],
    ['an alias', 'common: &one {version: 1.0.0, urls: []}\nentries:\n  net: [*one]\n'],
  ])('are found in an index with %s', (_what, text) => {
    const [only, ...others] = listVersions(index(text), 'net', 'charts.example');

    expect([only?.version, only?.entry()?.urls, others]).toEqual(['1.0.0', [], []]);
  });

  it('are none where the chart is not there', () => {
    expect(listVersions(helms, 'other', 'charts.example')).toEqual([]);
    expect(listVersions(index('entries:\n'), 'net', 'charts.example')).toEqual([]);
  });

  it('are those of the chart alone, however large the rest', () => {
    const many = Array.from({ length: 60_000 }, (_, chart) => `  chart-${chart}:\n  - version: 1.0.0\n    description: ${'x'.repeat(200)}\n    urls: [a]\n`).join('');
    const large = index(`apiVersion: v1\nentries:\n${many}  net:\n  - version: 7.0.0\n    urls: [net.tgz]\n`);
    const started = performance.now();

    expect(large.length).toBeGreaterThan(15 << 20);
    expect(listVersions(large, 'net', 'charts.example').map(({ version }) => version)).toEqual(['7.0.0']);
    expect(() => listVersions(large, 'absent', 'charts.example')).toThrow(/has no chart absent that can be found/);
    // to read all of it as YAML would take a minute
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('never make it fail, whatever the index holds', () => {
    const line = fc.constantFrom('entries:', '  net:', '  - version: 1.0.0', '    version: 2', '    digest: x', '  -', '- version: 1', '', '    - a', 'net:', '  "net":  ', '  web: 1');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const items = indexItems(index(lines.join('\n')), 'net');
        for (const { text } of items ?? []) expect(text).toMatch(/^ *- /);
      }),
      { numRuns: 2_000 },
    );
  });
});
