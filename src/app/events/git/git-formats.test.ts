import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delivery, nobody, noticeContext, signWebhook } from '../../../../test/support/events-delivery.ts';
import type { PushedSource, Received } from '../../../provider/notice-source.ts';
import { gitFormats } from './git-formats.ts';
import { isSignedBy } from './hub-signature.ts';
import { pushedUrls } from './pushed-urls.ts';

const { signal } = new AbortController();
const key = 'a secret of a webhook, long enough';
const oldKey = 'the secret that it replaces';

function open(type: string, config: object = {}, secrets: Readonly<Record<string, string>> = { new: key, old: oldKey }): PushedSource {
  const parsed = gitFormats.find((format) => format.type === type)?.parse({ secrets: Object.keys(secrets).map((name) => ({ key: name })), ...config });
  if (parsed?.ok !== true) throw new Error(JSON.stringify(parsed));
  const source = parsed.value.open(noticeContext(nobody, secrets));
  if (source.kind !== 'push') throw new Error('it is sent');
  return source;
}

function hmac(body: string, by = key): string {
  return createHmac('sha256', by).update(body).digest('hex');
}

/** What each service sends at a push, as far as it matters, and how it proves itself. */
const services = {
  github: {
    body: JSON.stringify({ ref: 'refs/heads/main', repository: { clone_url: 'https://github.com/Acme/testnets.git', ssh_url: 'git@github.com:Acme/testnets.git', html_url: 'https://github.com/Acme/testnets' } }),
    headers: (body: string, by?: string) => ({ 'x-github-event': 'push', 'x-github-delivery': 'd-1', 'x-hub-signature-256': `sha256=${hmac(body, by)}` }),
    keys: ['github.com/Acme/testnets'],
  },
  gitlab: {
    body: JSON.stringify({ object_kind: 'push', project: { git_http_url: 'https://gitlab.example/acme/testnets.git', git_ssh_url: 'git@gitlab.example:acme/testnets.git', web_url: 'https://gitlab.example/acme/testnets' } }),
    headers: (_body: string, by = key) => ({ 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': 'd-1', 'x-gitlab-token': by }),
    keys: ['gitlab.example/acme/testnets'],
  },
  bitbucket: {
    body: JSON.stringify({ repository: { full_name: 'acme/testnets', links: { self: { href: 'https://api.bitbucket.org/2.0/repositories/acme/testnets' }, html: { href: 'https://bitbucket.org/acme/testnets' } } } }),
    headers: (body: string, by?: string) => ({ 'x-event-key': 'repo:push', 'x-request-uuid': 'd-1', 'x-hook-uuid': 'uuid-1', 'x-hub-signature': `sha256=${hmac(body, by)}` }),
    keys: ['bitbucket.org/acme/testnets'],
  },
  gitea: {
    body: JSON.stringify({ ref: 'refs/heads/main', repository: { clone_url: 'https://gitea.example/acme/testnets.git', ssh_url: 'ssh://git@gitea.example:2222/acme/testnets.git' } }),
    headers: (body: string, by?: string) => ({ 'x-gitea-event': 'push', 'x-gitea-delivery': 'd-1', 'x-gitea-signature': hmac(body, by) }),
    keys: ['gitea.example/acme/testnets'],
  },
  git: {
    body: JSON.stringify({ repository: 'https://git.example/acme/testnets.git' }),
    headers: (body: string, by = key) => signWebhook(body, by, { id: 'd-1' }),
    keys: ['git.example/acme/testnets'],
  },
} as const;

describe.each(Object.entries(services))('a push told by %s', (type, { body, headers, keys }) => {
  const receive = (given: Readonly<Record<string, string>>, text: string = body, source = open(type)): Promise<Received> => source.receive(delivery(text, { headers: given }), signal);

  it('names the repository, proved with any of the secrets', async () => {
    const events = [{ id: 'd-1', notices: [{ provider: 'git', scope: {}, keys }] }];

    expect(await receive(headers(body))).toEqual({ kind: 'events', events });
    expect(await receive(headers(body, oldKey))).toEqual({ kind: 'events', events });
  });

  it('is refused without proof, with another secret, and with none of its headers', async () => {
    expect(await receive(headers(body, 'another secret, as long as it should be'))).toMatchObject({ kind: 'refused' });
    expect(await receive({})).toMatchObject({ kind: 'refused' });
    expect(await receive(Object.fromEntries(Object.keys(headers(body)).map((name) => [name, ''])))).toMatchObject({ kind: 'refused' });
  });

  it('is refused when it was changed on the way, where the body is signed', async () => {
    const changed = body.replace('acme', 'evil').replace('Acme', 'evil');

    expect((await receive(headers(body), changed)).kind).toBe(type === 'gitlab' ? 'events' : 'refused');
  });

  it.each(['{}', 'null', '[]', '', '{"repository":null,"project":[]}', '{"repository":{"links":{"clone":[{}]}}}', '{"repository":"ext::sh -c id"}'])('is malformed when it says %s', async (text) => {
    expect(await receive(headers(text), text)).toEqual({ kind: 'malformed', cause: 'it names no repository' });
  });

  it('is not taken with a secret that could be guessed', async () => {
    await expect(receive(headers(body, 'short'), body, open(type, {}, { new: 'short' }))).rejects.toThrow(/a secret of the source has fewer than \d+ bytes/);
  });
});

describe('webhooks of repositories', () => {
  it('agree with the example of GitHub', () => {
    const body = Buffer.from('Hello, World!');

    expect(isSignedBy('sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17', body, [Buffer.from("It's a Secret to Everybody")])).toBe(true);
  });

  it('wake nobody with what is no push', async () => {
    const body = '{"zen":"Keep it logically awesome."}';
    const headers = { ...services.github.headers(body), 'x-github-event': 'ping' };

    expect(await open('github').receive(delivery(body, { headers }), signal)).toEqual({ kind: 'events', events: [{ id: 'd-1', notices: [] }] });
  });

  it.each<[object, number]>([
    [{ event_name: 'project_create', path_with_namespace: 'acme/testnets' }, 0],
    [{ event_name: 'user_add_to_team', project: null }, 0],
    [{ object_kind: 'merge_request', project: { git_http_url: 'https://gitlab.example/acme/testnets.git' } }, 0],
    ...['push', 'tag_push', 'repository_update'].map((name): [object, number] => [{ event_name: name, project: { git_http_url: 'https://gitlab.example/acme/testnets.git' } }, 1]),
  ])('of a whole GitLab tell of more than pushes: %j wakes %i', async (told, count) => {
    const headers = { ...services.gitlab.headers(''), 'x-gitlab-event': 'System Hook' };
    const received = await open('gitlab').receive(delivery(JSON.stringify(told), { headers }), signal);

    expect(received).toMatchObject({ kind: 'events', events: [{ id: 'd-1' }] });
    expect(received.kind === 'events' ? received.events.map(({ notices }) => notices.length) : []).toEqual([count]);
  });

  it('of Bitbucket may have to name their UUID besides', async () => {
    const { body, headers } = services.bitbucket;
    const kindOf = async (uuids: readonly string[], given: Readonly<Record<string, string>>): Promise<string> => (await open('bitbucket', { uuids }).receive(delivery(body, { headers: given }), signal)).kind;

    expect(await kindOf(['other', 'uuid-1'], headers(body))).toBe('events');
    expect(await kindOf(['other'], headers(body))).toBe('refused');
    expect(await kindOf(['uuid-1'], { ...headers(body), 'x-hub-signature': '' })).toBe('refused');
  });

  it('of Bitbucket Data Center name both ways to clone', () => {
    const clone = [{ name: 'http', href: 'https://bitbucket.example/scm/ACME/testnets.git' }, { name: 'ssh', href: 'ssh://git@bitbucket.example:7999/acme/testnets.git' }];

    expect(pushedUrls(Buffer.from(JSON.stringify({ repository: { slug: 'testnets', links: { clone } } })), 'bitbucket')).toEqual(['bitbucket.example/scm/ACME/testnets', 'bitbucket.example/acme/testnets']);
  });

  it('may come as forms', () => {
    const { body, keys } = services.github;

    expect(pushedUrls(Buffer.from(new URLSearchParams({ payload: body }).toString()), 'github')).toEqual(keys);
  });

  it('without an id of their own are known by what they say', async () => {
    const { body, headers } = services.github;
    const { 'x-github-delivery': _id, ...given } = headers(body);
    const ids = await Promise.all([body, body].map(async () => open('github').receive(delivery(body, { headers: given }), signal)));

    expect(ids[0]).toEqual(ids[1]);
  });

  it('are read or not, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.constantFrom('github', 'gitlab', 'bitbucket', 'plain'), (text, dialect) => {
        const keys = pushedUrls(Buffer.from(text), dialect);

        expect(keys === undefined || keys.length > 0).toBe(true);
      }),
    );
  });

  it('are configured with secrets that stand elsewhere, and nothing else', () => {
    for (const { parse } of gitFormats) {
      expect(parse({ secrets: ['a'] }).ok).toBe(false);
      expect(parse({ secrets: [] }).ok).toBe(false);
      expect(parse({ secrets: [{ key: 'a' }], other: 1 }).ok).toBe(false);
    }
  });
});
