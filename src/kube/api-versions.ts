import type { ResourceType } from './port.ts';
import { apiVersionOf } from './resource-types.ts';

/** The API versions of kinds as Helm lists a cluster's: `apps/v1` and `apps/v1/Deployment`, sorted. @param more further groups and versions, whose kinds nobody knows */
export function apiVersionsOf(types: Iterable<ResourceType>, more: Iterable<string> = []): readonly string[] {
  const found = new Set(more);
  for (const type of types) found.add(apiVersionOf(type)).add(`${apiVersionOf(type)}/${type.kind}`);
  return [...found].toSorted();
}
