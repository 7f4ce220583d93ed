import { describe, expect, it } from 'vitest';
import {
  cycles,
  doorViolations,
  nameViolations,
  offlineViolations,
  opaqueViolations,
  providerViolations,
  roomViolations,
  sizeViolations,
  strangerViolations,
  targetViolations,
  withheldTestViolations,
} from './house-rules.ts';
import { doors, rooms } from './rooms.ts';
import { readSource, type SourceFile } from './source-file.ts';

/** A small house: paths to the text of each file. */
function house(texts: Readonly<Record<string, string>>): readonly SourceFile[] {
  return Object.entries(texts).map(([path, text]) => readSource(path, text));
}

describe('roomViolations', () => {
  it('takes an import that the table allows', () => {
    expect(roomViolations(house({ 'src/api/a.ts': "import { x } from '../lib/x.ts';" }), rooms)).toEqual([]);
  });

  it.each([
    ['statically', "import { x } from '../kube/x.ts';"],
    ['for a type', "import type { X } from '../kube/x.ts';"],
    ['for an inline type', "type X = import('../kube/x.ts').X;"],
    ['dynamically', "const { x } = await import('../kube/x.ts');"],
    ['by a re-export', "export { x } from '../kube/x.ts';"],
  ])('refuses an upward import made %s', (_, text) => {
    expect(roomViolations(house({ 'src/api/a.ts': text }), rooms)).toEqual(['src/api/a.ts:1 -> src/kube/x.ts']);
  });

  it('refuses a room that is not in the table', () => {
    expect(roomViolations(house({ 'src/shared/a.ts': '' }), rooms)).toEqual(['src/shared/a.ts: src/shared is not a room']);
  });

  it('refuses a file beside the rooms', () => {
    expect(roomViolations(house({ 'src/main.ts': '' }), rooms)).toHaveLength(1);
  });

  it.each(['src/cli', 'src/kube', 'src/app'])('refuses that a provider knows %s', (room) => {
    expect(roomViolations(house({ 'providers/x/index.ts': `import '../../${room}/a.ts';` }), rooms)).toHaveLength(1);
  });

  it('refuses the product importing from test/', () => {
    expect(roomViolations(house({ 'src/cli/a.ts': "import '../../test/support/x.ts';" }), rooms)).toHaveLength(1);
  });
});

describe('doorViolations', () => {
  it('takes a package through its own door, and any built-in module', () => {
    const files = house({ 'src/kube/a.ts': "import '@kubernetes/client-node';\nimport 'node:fs';", 'providers/aws/a.ts': "import '@aws-sdk/client-x';" });

    expect(doorViolations(files, doors)).toEqual([]);
  });

  it.each([
    ['src/app/a.ts', '@kubernetes/client-node'],
    ['src/app/a.ts', '@kubernetes/client-node/dist/config.js'],
    ['src/provider/a.ts', '@aws-sdk/client-secrets-manager'],
    ['providers/fake/a.ts', '@aws-sdk/client-secrets-manager'],
    ['providers/aws-other/a.ts', '@aws-sdk/client-secrets-manager'],
    ['src/gitops/a.ts', 'yaml'],
    ['src/lib/other.ts', 'node:child_process'],
  ])('refuses that %s imports %s', (path, name) => {
    expect(doorViolations(house({ [path]: `import type { X } from '${name}';` }), doors)).toEqual([`${path}:1 -> ${name}`]);
  });

  it('refuses a package that has no door, even one whose name starts like another', () => {
    expect(doorViolations(house({ 'src/lib/a.ts': "import 'left-pad';\nimport 'yaml-ish';" }), doors)).toHaveLength(2);
  });

  it('refuses a built-in module without its prefix', () => {
    expect(doorViolations(house({ 'src/lib/a.ts': "import 'fs';" }), doors)).toHaveLength(1);
  });
});

describe('strangerViolations', () => {
  it('refuses an import between two controllers, of types too', () => {
    const files = house({ 'src/controllers/a/x.ts': "import type { Y } from '../b/y.ts';" });

    expect(strangerViolations(files, 'src/controllers')).toEqual(['src/controllers/a/x.ts:1 -> src/controllers/b/y.ts']);
  });

  it('takes imports inside one, and from a file beside the folders', () => {
    const files = house({ 'providers/a/x.ts': "import './y.ts';", 'providers/index.ts': "import './a/x.ts';" });

    expect(strangerViolations(files, 'providers')).toEqual([]);
  });
});

describe('targetViolations', () => {
  it('refuses an import of a file that is not there, is a test, or lies outside', () => {
    const files = house({ 'src/lib/a.ts': "import './b.ts';\nimport './missing.ts';\nimport './b.test.ts';\nimport '../../../x.ts';", 'src/lib/b.ts': '' });

    expect(targetViolations(files)).toHaveLength(3);
  });
});

describe('opaqueViolations', () => {
  it('refuses a module that no literal names', () => {
    expect(opaqueViolations(house({ 'src/lib/a.ts': 'export const load = (name: string) => import(name);' }))).toEqual(['src/lib/a.ts:1 loads a module it does not name']);
  });
});

describe('cycles', () => {
  it('finds a circle that types alone make', () => {
    const files = house({
      'src/lib/a.ts': "import { b } from './b.ts';",
      'src/lib/b.ts': "import type { C } from './c.ts';",
      'src/lib/c.ts': "import type { A } from './a.ts';",
    });

    expect(cycles(files)).toEqual(['src/lib/a.ts -> src/lib/b.ts -> src/lib/c.ts -> src/lib/a.ts']);
  });

  it('finds a file that imports itself', () => {
    expect(cycles(house({ 'src/lib/a.ts': "import './a.ts';" }))).toHaveLength(1);
  });

  it('finds a circle that is not on the way from the first file', () => {
    const files = house({ 'src/lib/a.ts': "import './b.ts';", 'src/lib/b.ts': '', 'src/lib/c.ts': "import './d.ts';", 'src/lib/d.ts': "import './b.ts';\nimport './c.ts';" });

    expect(cycles(files)).toEqual(['src/lib/c.ts -> src/lib/d.ts -> src/lib/c.ts']);
  });

  it('takes two ways to the same file', () => {
    const files = house({ 'src/lib/a.ts': "import './b.ts';\nimport './c.ts';", 'src/lib/b.ts': "import './c.ts';", 'src/lib/c.ts': '' });

    expect(cycles(files)).toEqual([]);
  });
});

describe('offlineViolations', () => {
  const rules = { packages: ['@kubernetes/client-node', '@aws-sdk/'], rooms: ['providers'] };

  it('refuses a package that is reached over several files, and names the way', () => {
    const files = house({ 'src/cli/plan.ts': "import '../kube/a.ts';", 'src/kube/a.ts': "import './b.ts';", 'src/kube/b.ts': "import '@kubernetes/client-node';" });

    expect(offlineViolations(files, 'src/cli/plan.ts', rules)).toEqual(['src/cli/plan.ts -> src/kube/a.ts -> src/kube/b.ts -> @kubernetes/client-node']);
  });

  it('refuses a room that is reached', () => {
    const files = house({ 'src/cli/plan.ts': "import '../../providers/index.ts';", 'providers/index.ts': '' });

    expect(offlineViolations(files, 'src/cli/plan.ts', rules)).toEqual(['src/cli/plan.ts -> providers/index.ts']);
  });

  it('takes types, and what is loaded only when it is asked for', () => {
    const files = house({ 'src/cli/plan.ts': "import type { X } from '../kube/a.ts';\nconst later = () => import('../kube/a.ts');", 'src/kube/a.ts': "import '@kubernetes/client-node';" });

    expect(offlineViolations(files, 'src/cli/plan.ts', rules)).toEqual([]);
  });

  it('minds an import whose names are types but whose statement stays', () => {
    const files = house({ 'src/cli/plan.ts': "import { type X } from '@aws-sdk/client-x';" });

    expect(offlineViolations(files, 'src/cli/plan.ts', rules)).toHaveLength(1);
  });

  it('refuses an entry that does not exist, so that a renamed command is not forgotten', () => {
    expect(offlineViolations([], 'src/cli/plan.ts', rules)).toEqual(['src/cli/plan.ts does not exist']);
  });
});

describe('sizeViolations', () => {
  it('takes 400 lines and refuses 401', () => {
    const files = house({ 'src/lib/a.ts': '\n'.repeat(400), 'src/lib/b.ts': '\n'.repeat(401) });

    expect(sizeViolations(files)).toEqual(['src/lib/b.ts has 401 lines, 400 at the most']);
  });
});

describe('nameViolations', () => {
  it.each(['src/lib/utils.ts', 'src/lib/yaml-helpers.ts', 'src/common/a.ts', 'src/lib/misc.test.ts', 'src/kube/types.ts', 'src/lib/camelCase.ts', 'src/lib/snake_case.ts'])('refuses %s', (path) => {
    expect(nameViolations([path])).toHaveLength(1);
  });

  it.each(['src/kube/resource-types.ts', 'src/lib/x.test.ts', 'test/contract/cluster.contract.ts', 'src/lib/base64.ts'])('takes %s', (path) => {
    expect(nameViolations([path])).toEqual([]);
  });
});

describe('withheldTestViolations', () => {
  it('refuses a test that is skipped', () => {
    expect(withheldTestViolations(house({ 'src/lib/a.test.ts': "it.skip('x', () => {});" }))).toEqual(['src/lib/a.test.ts:1 withholds a test']);
  });
});

describe('providerViolations', () => {
  const whole = { name: 'aws', files: ['index.ts', 'README.md', 'aws.test.ts'], isLoaded: true, runsContract: true };
  const generators = { name: 'local', files: ['index.ts', 'README.md', 'uuid.test.ts'], isLoaded: true, runsContract: false };

  it('takes a listed folder with README and contract test, and one of generators with README and tests', () => {
    expect(providerViolations(['aws'], [whole, generators])).toEqual([]);
  });

  it.each([
    ['a folder that is not loaded', ['aws'], [{ ...whole, isLoaded: false }]],
    ['a provider that is not listed', [], [whole]],
    ['generators that are not loaded', [], [{ ...generators, isLoaded: false }]],
    ['a name without a folder', ['aws', 'gcp'], [whole]],
    ['a name that stands twice', ['aws', 'aws'], [whole]],
    ['a folder without README', ['aws'], [{ ...whole, files: ['index.ts', 'aws.test.ts'] }]],
    ['a folder without contract test', ['aws'], [{ ...whole, runsContract: false }]],
    ['generators without a test', [], [{ ...generators, files: ['index.ts', 'README.md'] }]],
  ])('refuses %s', (_, listed, folders) => {
    expect(providerViolations(listed, folders)).toHaveLength(1);
  });
});
