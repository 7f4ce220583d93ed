import type { KubeObject } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import type { Page, ResourceType, Selection } from '../port.ts';
import type { ApiClient } from './api-client.ts';
import type { ApiRequest } from './api-request.ts';
import { BodyTooLargeError } from './json-body.ts';
import { acceptMetadataList, isJsonMap, objectOf } from './object-shape.ts';
import { describeAttempt } from './status-error.ts';
import { collectionPath, withQuery } from './urls.ts';

/** How many objects a page holds at most, as client-go asks for. */
const pageSize = 500;
/** By how much pages become smaller where one does not fit. */
const shrink = 8;

/**
 * Lists page by page, all of one consistent state. Where a page is larger than an answer may be, the rest is asked for in
 * smaller ones.
 * @throws KubeError `expired` where the state is no longer kept: list again
 */
export async function* listPages(client: ApiClient, { type, selection }: { readonly type: ResourceType; readonly selection: Selection }, signal: AbortSignal): AsyncGenerator<Page, void, void> {
  let limit = pageSize;
  let token: string | undefined;
  for (;;) {
    const request = listRequest(type, selection, { limit: String(limit), continue: token });
    let body: unknown;
    try {
      ({ body } = await client.send(request, signal));
    } catch (error) {
      if (!(error instanceof BodyTooLargeError)) throw error;
      if (limit === 1) throw new KubeError('unavailable', `${describeAttempt(request)}: ${error.message}, although it holds one object`);
      limit = Math.ceil(limit / shrink);
      continue;
    }
    const page = parsePage(type, selection, body);
    yield page;
    if (page.next === undefined) return;
    token = page.next;
  }
}

function listRequest(type: ResourceType, selection: Selection, paging: { readonly limit: string; readonly continue: string | undefined }): ApiRequest {
  const { namespace, labelSelector, fieldSelector, metadataOnly } = selection;
  return {
    verb: 'list',
    resource: type.plural,
    target: namespace === undefined ? '' : `${namespace}/`,
    sensitive: false,
    method: 'GET',
    path: withQuery(collectionPath(type, namespace), { labelSelector, fieldSelector, ...paging }),
    ...(metadataOnly === true ? { accept: acceptMetadataList } : {}),
  };
}

interface ParsedPage extends Page {
  /** The token of the page after this one. */
  readonly next: string | undefined;
}

function parsePage(type: ResourceType, { metadataOnly }: Selection, body: unknown): ParsedPage {
  const metadata = isJsonMap(body) && isJsonMap(body['metadata']) ? body['metadata'] : {};
  const { resourceVersion, continue: next } = metadata;
  const items: unknown = isJsonMap(body) ? (body['items'] ?? []) : undefined;
  if (!Array.isArray(items) || typeof resourceVersion !== 'string') throw new KubeError('unavailable', `list ${type.plural}: the server answered something that is no list`);
  const objects: readonly KubeObject[] = items.map((item: unknown) => objectOf(type, item, { metadataOnly }));
  return { items: objects, resourceVersion, next: typeof next === 'string' && next !== '' ? next : undefined };
}
