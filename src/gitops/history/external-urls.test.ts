import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import type { RenderedObject } from '../plan/plan.ts';
import { externalUrls } from './external-urls.ts';

type Fields = Readonly<Record<string, unknown>>;

const rendered = (object: KubeObject, more: Partial<RenderedObject> = {}): RenderedObject => ({ object, origin: { file: 'a.yaml', line: 1 }, taint: [], ...more });
const ingress = (spec: Fields, annotations: Readonly<Record<string, string>> = {}): KubeObject => ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', annotations }, spec });
const rule = (host: string | undefined, ...paths: readonly string[]): Fields => ({ ...(host === undefined ? {} : { host }), http: { paths: paths.map((path) => ({ path })) } });
const linked = (...links: readonly string[]): RenderedObject => rendered({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', annotations: Object.fromEntries(links.map((link, index) => [`link.argocd.argoproj.io/${index}`, link])) } });
const urls = (...objects: readonly RenderedObject[]): readonly string[] => externalUrls({ phases: [{ name: 'preSync', objects: [linked('https://hook.example')] }, { name: 'waves', objects }] });

describe('externalUrls', () => {
  it('are those of Ingresses, by host and path, over TLS where the Ingress has it', () => {
    expect(urls(rendered(ingress({ rules: [rule('b.example', '/', '/api*'), rule('a.example', '/'), rule(undefined, '/'), rule('*.example', '/')], tls: [{ hosts: ['a.example'], secretName: 'a' }] })))).toEqual(['http://b.example/', 'http://b.example/api', 'https://a.example/']);
    expect(urls(rendered(ingress({ rules: [rule('a.example', '/')], tls: [{ secretName: 'a' }] })))).toEqual(['https://a.example/']);
    expect(urls(rendered(ingress({ rules: [rule('a.example', '/')] }, { 'argocd.argoproj.io/ignore-default-links': 'true', 'link.argocd.argoproj.io/external-link': 'https://docs.example/a' })))).toEqual(['https://docs.example/a']);
    expect(urls(rendered({ ...ingress({ rules: [rule('a.example', '/')] }), apiVersion: 'acme.example/v1' }))).toEqual([]);
  });

  it('are addresses of the web and nothing that a click would run or give away', () => {
    expect(urls(linked('https://grafana.example/d/1', 'http://plain.example', 'https://grafana.example/d/1'))).toEqual(['http://plain.example/', 'https://grafana.example/d/1']);
    const hostile = ['javascript:alert(1)', ' JavaScript:alert(1)', 'java\nscript:alert(1)', 'data:text/html,<script>alert(1)</script>', 'vbscript:x', 'file:///etc/passwd', 'https://user:password@a.example', '//a.example', 'no address', `https://a.example/${'x'.repeat(3_000)}`];
    expect(urls(linked(...hostile))).toEqual([]);
    expect(urls(rendered(ingress({ rules: [rule('javascript:alert(1)//', '/'), rule('user:password@a.example', '/')] })))).toEqual([]);
  });

  it('keep the title that an annotation has before its address, as Argo CD reads it', () => {
    expect(urls(linked('Grafana|https://grafana.example/d/1', '|https://plain.example/', 'Docs for A & B|http://docs.example'))).toEqual(['Docs for A & B|http://docs.example/', 'Grafana|https://grafana.example/d/1', 'https://plain.example/']);
    expect(urls(linked('Grafana|javascript:alert(1)', 'https://a.example|javascript:alert(1)', 'A|B|https://a.example', 'Grafana|', 'Grafana', `${'x'.repeat(3_000)}|https://a.example`))).toEqual([]);
  });

  it('have no further bar, by which Argo CD would take one for a title and the rest for what a click runs', () => {
    expect(urls(linked('A|https://a.example/|javascript:alert(1)'))).toEqual(['A|https://a.example/%7Cjavascript:alert(1)']);
    expect(urls(rendered(ingress({ rules: [rule('a.example', '/|javascript:alert(1)')] })))).toEqual(['http://a.example/%7Cjavascript:alert(1)']);
  });

  it('of what takes values from Secrets, or is encrypted, are not told, and no more than a hundred are', () => {
    const object = ingress({ rules: [rule('a.example', '/token-value')] });
    expect(urls(rendered(object, { taint: [['spec']] }), rendered(object, { holdsValues: true }), rendered(object, { sops: { content: new Uint8Array(), format: 'yaml', document: 0 } }))).toEqual([]);
    expect(urls(linked(...Array.from({ length: 200 }, (_, index) => `https://a.example/${index}`)))).toHaveLength(100);
  });
});
