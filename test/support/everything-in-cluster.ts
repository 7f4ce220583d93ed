import { z } from 'zod';
import type { RawApi } from './raw-api.ts';

const groupList = z.object({ groups: z.array(z.object({ versions: z.array(z.object({ groupVersion: z.string() })) })) });
const resourceList = z.object({ resources: z.array(z.object({ name: z.string(), kind: z.string(), verbs: z.array(z.string()) })) });
const objectList = z.object({ items: z.array(z.record(z.string(), z.unknown())) });

/** An object as the API server gives it, and the kind of list it was in. */
export interface Listed {
  readonly kind: string;
  readonly object: Readonly<Record<string, unknown>>;
}

/** Every object of every kind in every version that the API server serves, events included; for tests that look for what must be nowhere. */
export async function everythingIn(api: RawApi): Promise<readonly Listed[]> {
  const { groups } = groupList.parse((await api.call('GET', '/apis')).body);
  const versions = ['/api/v1', ...groups.flatMap((group) => group.versions.map(({ groupVersion }) => `/apis/${groupVersion}`))];
  const listed: Listed[] = [];
  for (const version of versions) {
    const { resources } = resourceList.parse((await api.call('GET', version)).body);
    for (const { name, kind, verbs } of resources) {
      if (!verbs.includes('list')) continue;
      const { items } = objectList.parse((await api.call('GET', `${version}/${name}`)).body);
      for (const object of items) listed.push({ kind, object });
    }
  }
  return listed;
}
