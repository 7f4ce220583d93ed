import { describe, expect, it } from 'vitest';
import type { ResolveName } from '../../src/lib/guarded-lookup.ts';
import { authSecrets, WebhookStage } from '../../test/support/webhook-stage.ts';

const stage = new WebhookStage();

describe('a store that could be used to reach what its author or its reader cannot', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://0.0.0.0/',
    'http://0/',
    'http://[::]/',
    'http://[fe80::1]/',
  ])('is refused where it names %s', async (url) => {
    expect(await stage.read({ url })).toMatch(/^invalid: the webhook: .* must not be asked: it is /);
  });

  it.each(['http://127.0.0.1:1/', 'http://127.1:1/', 'http://0x7f000001:1/', 'http://localhost:1/', 'http://[::1]:1/'])('is refused where it names the own machine: %s', async (url) => {
    expect(await stage.read({ url }, {}, { allowLoopback: false })).toMatch(/^invalid: the webhook: .* must not be asked: it is a loopback address$/);
  });

  it.each(['metadata.google.internal', 'instance-data.ec2.internal', 'innocent.example'])('is refused where the name %s leads to metadata', async (name) => {
    const resolve: ResolveName = () => Promise.resolve([{ address: '169.254.169.254', family: 4 }]);

    expect(await stage.read({ url: `http://${name}/` }, {}, { resolve })).toBe(`invalid: the webhook: ${name} must not be asked: it is a cloud's metadata address`);
  });

  it('is asked at the address that was checked, whatever its name means the next time', async () => {
    const { url } = await stage.serve(() => ({ body: 'reached' }));
    const meanings = ['127.0.0.1', '169.254.169.254'];
    const named = url.replace('127.0.0.1', 'rebinding.example');
    const resolve: ResolveName = () => Promise.resolve([{ address: meanings.shift() ?? '169.254.169.254', family: 4 }]);

    expect(await stage.read({ url: named }, {}, { resolve })).toBe('reached');
    expect(await stage.read({ url: named }, {}, { resolve })).toMatch(/^invalid: .*must not be asked/);
  });

  it('is not led on by a redirect, to metadata or anywhere', async () => {
    const elsewhere = await stage.serve(() => ({ body: 'canary' }));
    for (const location of ['http://169.254.169.254/', `${elsewhere.url}/`, '/same']) {
      const { url } = await stage.serve(() => ({ status: 307, headers: { location } }));
      expect(await stage.read({ url })).toMatch(/^invalid: the webhook answers with a redirect \(HTTP 307\)/);
    }
    expect(elsewhere.requests()).toBe(0);
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'gopher://example.com/', 'javascript:1', 'example.com/x', '//example.com/'])('is refused where its URL is %s', async (url) => {
    expect(await stage.read({ url })).toMatch(/^invalid: the URL (must begin with https:\/\/ or http:\/\/|is not one)/);
  });

  it.each(['http://user@example.com/', 'http://user:{{ .auth.token }}@example.com/', 'http://good.example@evil.example/'])('is refused where its URL says who asks: %s', async (url) => {
    expect(await stage.read({ url, secrets: authSecrets })).toBe('invalid: the URL has a user name or a password in it; say who asks in headers.Authorization');
  });

  it.each([
    ['the host', 'http://{{ .remoteRef.key }}/', '169.254.169.254'],
    ['a part of the host', 'http://{{ .remoteRef.key }}.example.com/', 'other'],
    ['the port', 'http://example.com:{{ .remoteRef.key }}/', '81'],
    ['the end of the host', 'http://example.com{{ .remoteRef.property }}/', '.evil.example'],
    ['the scheme', '{{ if eq .remoteRef.key "s" }}https{{ else }}http{{ end }}://example.com/', 's'],
    ['all of it', '{{ .remoteRef.key }}', 'evil'],
  ])('is refused where the reference chooses %s', async (_, url, key) => {
    const resolve: ResolveName = () => Promise.reject(new Error('nobody is asked'));

    expect(await stage.read({ url, secrets: authSecrets }, { key, property: key }, { resolve })).toMatch(/^invalid: (the URL of the store lets the reference choose the host|the URL is not one)/);
  });

  it('may take its host from a Secret of the store, which no message then tells', async () => {
    const resolve: ResolveName = () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));

    expect(await stage.read({ url: 'http://{{ .auth.host }}/{{ .remoteRef.key }}', secrets: authSecrets }, {}, { resolve })).toBe('unavailable: the webhook: the host cannot be reached, or its certificate is not trusted');
  });

  it.each(['..', '.', '%2e%2E', 'a/../..'])('lets no key climb out of the path: %j', async (key) => {
    const { url, asked } = await stage.serveEcho();
    const escaped = await stage.read({ url: `${url}/kv/{{ .remoteRef.key }}/value`, result: { jsonPath: '$.path' } }, { key });

    expect(escaped === 'invalid: the path of the URL has . or .. in it once its template is rendered' || escaped.startsWith('/kv/')).toBe(true);
    expect(asked.every(({ path }) => path.startsWith('/kv/'))).toBe(true);
  });

  it('sends no header that a value makes two of', async () => {
    const { url, asked } = await stage.serveEcho();
    const refused = 'invalid: headers.x-said has a line break in it once its template is rendered; take it off with trim';

    expect(await stage.read({ url, headers: { 'x-said': '{{ .auth.broken }}' }, secrets: authSecrets })).toBe(refused);
    for (const key of ['a\nx-evil: 1', 'a\rb', 'a\0b']) expect(await stage.read({ url, headers: { 'x-said': '{{ .remoteRef.key }}' } }, { key })).toBe(refused);
    expect(asked).toEqual([]);
  });

  it('has no line break in its URL', async () => {
    expect(await stage.read({ url: 'http://example.com/{{ .auth.broken }}', secrets: authSecrets })).toBe('invalid: the URL has a line break or a tab in it once its template is rendered; take it off with trim');
  });

  it('runs no template that asks the network or the machine', async () => {
    for (const template of ['{{ getHostByName "canary.example" }}', '{{ env "HOME" }}', '{{ expandenv "$HOME" }}']) expect(await stage.read({ url: `http://example.com/${template}` })).toMatch(/^invalid: url: /);
  });
});
