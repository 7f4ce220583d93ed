import { describe, expect, it } from 'vitest';
import { parseApplicationSet, parseApplicationSetStatus } from './application-set.ts';
import type { KubeObject } from './object.ts';

const template = { metadata: { name: '{{net}}' }, spec: { project: 'default' } };
const list = { list: { elements: [{ net: 'a' }] } };

function object(spec: unknown, apiVersion = 'argoproj.io/v1alpha1'): KubeObject {
  return { apiVersion, kind: 'ApplicationSet', metadata: { name: 'nets' }, spec };
}

function errors(spec: unknown): readonly string[] {
  const parsed = parseApplicationSet(object(spec));
  return parsed.ok ? [] : parsed.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe('parseApplicationSet', () => {
  it("fills in Argo CD's defaults", () => {
    const parsed = parseApplicationSet(object({ generators: [list, { git: { repoURL: '.', revision: '', directories: [{ path: '*' }] } }], template }));

    expect(parsed).toMatchObject({
      ok: true,
      value: {
        spec: {
          goTemplate: false,
          missingKey: 'default',
          policy: { update: true, delete: true },
          preserveResourcesOnDeletion: false,
          generators: [{ kind: 'list' }, { kind: 'directories', git: { revision: 'HEAD', pathParamPrefix: '', values: {}, directories: [{ path: '*', exclude: false }] } }],
        },
      },
    });
  });

  it.each([
    ['sync', { update: true, delete: true }],
    ['create-only', { update: false, delete: false }],
    ['create-update', { update: true, delete: false }],
    ['create-delete', { update: false, delete: true }],
  ])('understands applicationsSync: %s', (applicationsSync, policy) => {
    expect(parseApplicationSet(object({ generators: [list], template, syncPolicy: { applicationsSync } }))).toMatchObject({ ok: true, value: { spec: { policy } } });
  });

  it.each(['clusters', 'scmProvider', 'clusterDecisionResource', 'pullRequest', 'matrix', 'merge', 'plugin'])('refuses the generator %s by its path', (name) => {
    expect(errors({ generators: [list, { [name]: {} }], template })).toEqual([`generators[1].${name}: is not supported by this version of Prelude; remove it`].map((text) => `spec.${text}`));
  });

  it.each(['strategy', 'ignoreApplicationDifferences'])('refuses spec.%s by its path', (name) => {
    expect(errors({ generators: [list], template, [name]: [] })).toEqual([`spec.${name}: is not supported by this version of Prelude; remove it`]);
  });

  it('refuses generators that are none, or two, or of Git without what to look for', () => {
    const git = { repoURL: '.', revision: 'main' };

    expect(errors({ generators: [{}], template })).toEqual(['spec.generators[0]: must have exactly one of list and git']);
    expect(errors({ generators: [{ ...list, git: { ...git, files: [{ path: 'a' }] } }], template })).toEqual(['spec.generators[0]: must have exactly one of list and git']);
    expect(errors({ generators: [{ git }], template })).toEqual(['spec.generators[0].git: must have either directories or files']);
    expect(errors({ generators: [{ git: { ...git, directories: [{ path: 'a' }], files: [{ path: 'a' }] } }], template })).toEqual(['spec.generators[0].git: must have either directories or files']);
    expect(errors({ generators: [list], template, goTemplateOptions: ['missingkey=other'] })).toHaveLength(1);
  });

  it('refuses other kinds and versions', () => {
    expect(parseApplicationSet(object({}, 'argoproj.io/v1'))).toMatchObject({ ok: false, errors: [{ path: 'apiVersion' }] });
    expect(parseApplicationSet({ ...object({}), kind: 'Application' })).toMatchObject({ ok: false, errors: [{ path: 'kind' }] });
  });
});

describe('parseApplicationSetStatus', () => {
  it('takes what it cannot read for a status that is not there', () => {
    expect(parseApplicationSetStatus({ status: { conditions: 'none' } })).toEqual({});
    expect(parseApplicationSetStatus({})).toEqual({});
  });
});
