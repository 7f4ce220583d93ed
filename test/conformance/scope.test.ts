import { request } from 'node:https';
import { describe, expect, inject, it } from 'vitest';
import { createScopes } from '../../src/gitops/plan/scope.ts';

const { server, ca, adminToken } = inject('controlPlane');

interface Discovery {
  readonly items: readonly { readonly metadata: { readonly name?: string }; readonly versions: readonly { readonly version: string; readonly resources?: readonly Resource[] }[] }[];
}

interface Resource {
  readonly responseKind?: { readonly kind: string };
  readonly scope: 'Cluster' | 'Namespaced';
}

/** The API server's own account of what it serves. */
function discover(path: string): Promise<Discovery> {
  const headers = { authorization: `Bearer ${adminToken}`, accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };
  return new Promise((resolve, reject) => {
    request(new URL(path, server), { ca, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Discovery));
    })
      .on('error', reject)
      .end();
  });
}

describe('createScopes', () => {
  it('knows every kind that the API server itself serves', async () => {
    const scopes = createScopes([]);
    const groups = [...(await discover('/api')).items, ...(await discover('/apis')).items].filter(({ metadata }) => isBuiltIn(metadata.name ?? ''));

    const served = groups.flatMap(({ metadata, versions }) =>
      versions.flatMap(({ version, resources = [] }) =>
        resources.flatMap(({ responseKind, scope }) => {
          const apiVersion = metadata.name === undefined || metadata.name === '' ? version : `${metadata.name}/${version}`;
          return responseKind === undefined ? [] : [{ apiVersion, kind: responseKind.kind, scope: scope === 'Cluster' ? 'cluster' : 'namespaced' }];
        }),
      ),
    );

    expect(served.length).toBeGreaterThan(50);
    expect(served.map(({ apiVersion, kind }) => ({ apiVersion, kind, scope: scopes({ apiVersion, kind }) }))).toEqual(served);
  });
});

/** Groups of CustomResourceDefinitions that other tests install are not the API server's own. */
function isBuiltIn(group: string): boolean {
  return group === '' || !group.includes('.') || (group.endsWith('.k8s.io') && group !== 'gateway.networking.k8s.io');
}
