import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { eventFormats } from '../src/app/events/event-formats.ts';
import { program } from '../src/cli/program.ts';
import { readCrds } from './support/chart-crds.ts';

/** Flags that are no value of their own: of a run outside of a cluster, and what is chosen once, with care, by `extraArgs`. */
const forPeople: ReadonlySet<string> = new Set([
  ...['--kubeconfig', '--context', '--repo', '--file-provider-root', '--git-allow-loopback'],
  // PRELUDE_NAMESPACE says it
  '--namespace',
  ...['--provider', '--allow-own-identity', '--unsafe-allow-generic-targets', '--beside-eso'],
  ...['key-size', 'key-ttl', 'my-cn', 'key-order-priority', 'key-cutoff-time', 'key-labels', 'key-annotations', 'accept-v1-data', 'rate-limit', 'rate-limit-burst', 'omit-names', 'beside-upstream'].map((name) => `--seal-${name}`),
]);

const root = dirname(import.meta.dirname);
const chart = join(root, 'charts/prelude');

function read(...path: readonly string[]): string {
  return readFileSync(join(...path), 'utf8');
}

/** `a.b` for every value that is not itself a group of values. */
function leaves(value: object, path = ''): readonly string[] {
  return Object.entries(value).flatMap(([name, child]) => {
    const here = path === '' ? name : `${path}.${name}`;
    return typeof child === 'object' && child !== null && !Array.isArray(child) && Object.keys(child).length > 0 && name !== 'resources' ? leaves(child, here) : [here];
  });
}

describe('the chart, as it lies in the repository', () => {
  it('has the very CRDs that are generated: run `npm run crds` where this fails', () => {
    expect(readCrds('chart')).toEqual(readCrds('crds'));
    expect(readCrds('crds').size).toBeGreaterThan(0);
  });

  it('has CRDs whose name it finds by their second field, and that an uninstall keeps', () => {
    for (const text of readCrds('crds').values()) {
      const crd = parse(text);
      expect(/^ {2}name: (.+)$/m.exec(text)?.[1]).toBe(crd.metadata.name);
      expect(crd.metadata.annotations['helm.sh/resource-policy']).toBe('keep');
    }
  });

  it('is of the version of the package', () => {
    const { version, appVersion } = parse(read(chart, 'Chart.yaml'));

    expect([version, appVersion]).toEqual([JSON.parse(read(root, 'package.json')).version, JSON.parse(read(root, 'package.json')).version]);
  });

  it('explains every value it has', () => {
    const readme = read(chart, 'README.md');

    expect(leaves(parse(read(chart, 'values.yaml'))).filter((path) => !readme.includes(`\`${path}\``))).toEqual([]);
  });

  it('has a schema that knows every value it has, and refuses others', () => {
    const schema = JSON.parse(read(chart, 'values.schema.json'));
    const unknown = leaves(parse(read(chart, 'values.yaml'))).filter((path) => {
      const [first = '', second] = path.split('.');
      const property = schema.properties[first];
      return property === undefined || (second !== undefined && property.properties?.[second] === undefined);
    });

    expect(unknown).toEqual([]);
    expect(schema.additionalProperties).toBe(false);
  });

  it('has a value for every flag of `run`, or leaves it to extraArgs on purpose', async () => {
    let help = '';
    const write = (text: string): void => void (help += text);
    await program(['run', '--help'], { out: { write }, err: { write }, isTerminal: false, columns: 200, env: {} }, new AbortController().signal);
    const flags = new Set([...help.matchAll(/^ {2}(--[a-z0-9-]+)/gm)].map(([, flag = '']) => flag));
    const deployment = read(chart, 'templates/deployment.yaml');
    const templated = new Set([...deployment.matchAll(/^ +- (--[a-z0-9-]+)/gm)].map(([, flag = '']) => flag));

    expect([...templated].filter((flag) => !flags.has(flag))).toEqual([]);
    expect([...flags].filter((flag) => !templated.has(flag) && !forPeople.has(flag))).toEqual([]);
    expect([...forPeople].filter((flag) => !flags.has(flag) || templated.has(flag))).toEqual([]);
  });

  it('knows every type of source and service that the controller reads', () => {
    const { properties } = JSON.parse(read(chart, 'values.schema.json'));
    const services = read(root, 'src/app/notify/notify-config.ts');

    expect(properties.events.properties.sources.items.properties.type.enum.toSorted()).toEqual(eventFormats.map(({ type }) => type).toSorted());
    for (const type of properties.notify.properties.services.items.properties.type.enum) expect(services).toContain(`erase(${type})`);
    expect(services.match(/erase\(\w+\)/g)).toHaveLength(properties.notify.properties.services.items.properties.type.enum.length);
  });

  it('runs the image as the user that the image is made for, with its home on a volume', () => {
    const deployment = read(chart, 'templates/deployment.yaml');

    expect(deployment).toContain('runAsUser: 65532');
    expect(deployment).toMatch(/name: HOME\n\s+value: \/var\/cache\/prelude/);
    expect(deployment).toMatch(/mountPath: \/var\/cache\/prelude/);
    expect(read(root, 'Dockerfile')).toContain('USER 65532:65532');
  });

  it('has memory where gpg is given its home, and where nothing of it is written to a disk', () => {
    const deployment = read(chart, 'templates/deployment.yaml');
    const [, folder] = /const memoryFolder = '(.+)';/.exec(read(root, 'src/controllers/application/controller.ts')) ?? [];

    expect(deployment).toContain(`- name: memory\n              mountPath: ${folder}\n`);
    expect(deployment).toMatch(/- name: memory\n {10}emptyDir:\n {12}medium: Memory\n {12}sizeLimit: /);
  });
});
