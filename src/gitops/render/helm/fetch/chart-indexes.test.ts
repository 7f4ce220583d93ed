import { beforeEach, describe, expect, it } from 'vitest';
import type { HttpClient } from '../../../../lib/http.ts';
import { createChartIndexes } from './chart-indexes.ts';

const { signal } = new AbortController();
const url = new URL('https://charts.example/index.yaml');

let etag: string;
let body: string;
let answered: number[];

/** A server that sends nothing twice to who says what it has. */
const http: HttpClient = ({ headers = {} }) => {
  const isKnown = headers['if-none-match'] === etag;
  answered.push(isKnown ? 304 : 200);
  return Promise.resolve(isKnown ? { status: 304, headers: {}, body: new Uint8Array() } : { status: 200, headers: { etag }, body: Buffer.from(body) });
};

beforeEach(() => {
  answered = [];
  publish('1', '1.0.0');
});

function publish(tag: string, version: string): void {
  etag = tag;
  body = ['net', 'web'].reduce((text, chart) => `${text}  ${chart}:\n  - version: ${version}\n    urls: [${chart}.tgz]\n`, 'entries:\n');
}

describe('the index of a repository', () => {
  it('is sent again only when it has changed, and then serves all charts that have been asked for', async () => {
    const indexes = createChartIndexes();
    const ask = async (chart: string, credential = ''): Promise<string | undefined> => (await indexes.versions(url, chart, { fetching: { http, allowPlain: false }, credential }, signal))[0]?.version;

    expect([await ask('net'), await ask('net'), await ask('web'), await ask('web')]).toEqual(['1.0.0', '1.0.0', '1.0.0', '1.0.0']);
    publish('2', '2.0.0');
    expect([await ask('web'), await ask('net')]).toEqual(['2.0.0', '2.0.0']);
    expect(answered).toEqual([200, 304, 200, 304, 200, 304]);
  });

  it('is read no further than it may be large', async () => {
    const asked: (number | undefined)[] = [];
    const bounded: HttpClient = (request, until) => {
      asked.push(request.largestAnswer);
      return http(request, until);
    };
    await createChartIndexes().versions(url, 'net', { fetching: { http: bounded, allowPlain: false }, credential: '' }, signal);

    expect(asked).toEqual([32 << 20]);
  });

  it('is not shown to one credential as another has seen it', async () => {
    const indexes = createChartIndexes();
    for (const credential of ['a', 'b', 'a']) await indexes.versions(url, 'net', { fetching: { http, allowPlain: false }, credential }, signal);

    expect(answered).toEqual([200, 200, 304]);
  });
});
