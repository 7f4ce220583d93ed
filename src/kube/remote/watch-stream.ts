import type { Readable } from 'node:stream';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { isKubeError, KubeError } from '../kube-error.ts';
import type { ResourceType, Selection, WatchEvent } from '../port.ts';
import type { ApiClient } from './api-client.ts';
import type { ApiRequest } from './api-request.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { parseJson } from './json-body.ts';
import { LineSplitter, LineTooLongError } from './line-splitter.ts';
import { acceptMetadata, isJsonMap, objectOf } from './object-shape.ts';
import { type Attempt, describeAttempt, watchError } from './status-error.ts';
import { collectionPath, withQuery } from './urls.ts';

export interface WatchStart {
  readonly type: ResourceType;
  readonly selection: Selection;
  readonly resourceVersion: string;
}

export interface WatchDeps {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
}

/** Milliseconds until the server has begun to answer. */
const openWithin = 30_000;
/** Milliseconds of silence after which a connection counts as dead. The server sends a bookmark about once a minute. */
const idleLimit = 150_000;
/** Bytes of one event. The API server stores no object of more than 1.5 MiB by default; JSON may double it, its old managers too. */
const mostLineBytes = 8 * 1024 * 1024;
/** Seconds after which the server ends a watch; spread, so that watches do not all come back at once. */
const shortestWatch = 300;
const watchSpread = 300;

/**
 * The events after a resourceVersion. The first is a bookmark of that version, as soon as the server has begun to answer:
 * the watch stands.
 * @throws KubeError `expired` where the version is too old, or an event cannot be read; `unavailable` where the stream was cut or silent
 */
export async function* watchStream({ client, clock, random }: WatchDeps, start: WatchStart, signal: AbortSignal): AsyncGenerator<WatchEvent, void, void> {
  const request = watchRequest(start, shortestWatch + Math.floor(random() * watchSpread));
  const deadline = startDeadline(clock, openWithin, signal);
  let body: Readable | undefined;
  try {
    body = await client.open(request, deadline, signal);
    deadline.restart(idleLimit);
    yield { type: 'bookmark', resourceVersion: start.resourceVersion };
    yield* readEvents(body, { request, start, deadline });
  } catch (error) {
    throw client.explain(request, error, { deadline, signal });
  } finally {
    deadline.end();
    // a reader that leaves early leaves the connection in the middle of an answer
    body?.destroy();
  }
}

async function* readEvents(body: Readable, context: { readonly request: Attempt; readonly start: WatchStart; readonly deadline: Deadline }): AsyncGenerator<WatchEvent, void, void> {
  const { request, start, deadline } = context;
  const lines = new LineSplitter(mostLineBytes);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      // the reader's own work is no silence of the server's
      deadline.restart();
      for (const line of lines.push(chunk)) yield parseEvent(line, request, start);
      deadline.restart(idleLimit);
    }
  } catch (error) {
    throw error instanceof LineTooLongError ? unusable(request, error.message) : error;
  }
  if (lines.pending > 0) throw new KubeError('unavailable', `${describeAttempt(request)}: the stream was cut in the middle of an event`);
}

function watchRequest({ type, selection, resourceVersion }: WatchStart, seconds: number): ApiRequest {
  const { namespace, labelSelector, fieldSelector, metadataOnly } = selection;
  const query = { watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: String(seconds), resourceVersion, labelSelector, fieldSelector };
  return {
    verb: 'watch',
    resource: type.plural,
    target: namespace === undefined ? '' : `${namespace}/`,
    sensitive: false,
    method: 'GET',
    path: withQuery(collectionPath(type, namespace), query),
    ...(metadataOnly === true ? { accept: acceptMetadata } : {}),
  };
}

const eventTypes = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

function parseEvent(line: Buffer, request: Attempt, { type, selection }: WatchStart): WatchEvent {
  const parsed = parseJson(line)?.value;
  if (!isJsonMap(parsed)) throw unusable(request, 'the server sent something that is no event');
  const { type: name, object } = parsed;
  if (name === 'ERROR') throw watchError(request, object);
  if (name === 'BOOKMARK') return { type: 'bookmark', resourceVersion: versionOf(object, request) };
  if (name !== 'ADDED' && name !== 'MODIFIED' && name !== 'DELETED') throw unusable(request, 'the server sent an event of a kind that is not known');
  try {
    return { type: eventTypes[name], object: objectOf(type, object, selection) };
  } catch (error) {
    throw isKubeError(error) ? unusable(request, error.message) : error;
  }
}

/** After an event that cannot be read, going on from the version before it would meet it again: only a new list leads past it. */
function unusable(request: Attempt, reason: string): KubeError {
  return new KubeError('expired', `${describeAttempt(request)}: ${reason}`);
}

/** A bookmark holds nothing but a version; not even a name. */
function versionOf(object: unknown, request: Attempt): string {
  const metadata = isJsonMap(object) ? object['metadata'] : undefined;
  const version = isJsonMap(metadata) ? metadata['resourceVersion'] : undefined;
  if (typeof version !== 'string' || version === '') throw unusable(request, 'the server sent a bookmark without a version');
  return version;
}
