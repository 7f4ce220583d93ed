import { listAt, textAt } from '../health/live-field.ts';
import { hookPhasesOf } from '../plan/hook-phase.ts';
import type { Plan, RenderedObject } from '../plan/plan.ts';

const linkPrefix = 'link.argocd.argoproj.io/';
const withoutDefaults = 'argocd.argoproj.io/ignore-default-links';

/** Longer ones are nobody's, and more than these nobody reads: Git must not fill the status. */
const longestUrl = 2_048;
const mostUrls = 100;

/** As a browser would write it. Undefined for what is not of the web: `javascript:` and `data:` run where somebody clicks on them. */
function webUrl(text: string): string | undefined {
  const url = text.length <= longestUrl && URL.canParse(text) ? new URL(text) : undefined;
  const isOfWeb = (url?.protocol === 'https:' || url?.protocol === 'http:') && url.username === '' && url.password === '';
  // Argo CD's UI takes what is before a bar for the title, and what is behind it for the address
  return isOfWeb ? url.href.replaceAll('|', '%7C') : undefined;
}

/** An annotation's address, with the title that may stand before it: `Grafana|https://grafana.example`. */
function titledUrl(text: string): string | undefined {
  if (text.length > longestUrl) return undefined;
  const bar = text.indexOf('|');
  const url = webUrl(text.slice(bar + 1));
  return url === undefined || bar <= 0 ? url : `${text.slice(0, bar)}|${url}`;
}

/** Whether an Ingress serves a host over TLS: an entry without hosts is for all of them (infos.go, populateIngressInfo). */
function isSecured(object: unknown, host: string): boolean {
  return listAt(object, 'spec', 'tls').some((entry) => {
    const hosts = listAt(entry, 'hosts');
    return hosts.includes(host) || (hosts.length === 0 && textAt(entry, 'secretName') !== undefined);
  });
}

/** An Ingress' addresses, one for each host and path. A rule without a host has none that is known before the cluster gives it one. */
function ingressUrls({ object }: RenderedObject): readonly string[] {
  if (object.kind !== 'Ingress' || !object.apiVersion.startsWith('networking.k8s.io/')) return [];
  return listAt(object, 'spec', 'rules').flatMap((rule) => {
    const host = textAt(rule, 'host') ?? '';
    // a wildcard is no address
    if (host === '' || host.includes('*')) return [];
    return listAt(rule, 'http', 'paths').map((path) => `${isSecured(object, host) ? 'https' : 'http'}://${host}${(textAt(path, 'path') ?? '').replace(/\*$/, '')}`);
  });
}

function urlsOf(rendered: RenderedObject): readonly string[] {
  const { object, taint, holdsValues, sops } = rendered;
  // a value from a Secret may be a part of any of them
  if (taint.length > 0 || holdsValues === true || sops !== undefined) return [];
  const annotations = object.metadata.annotations ?? {};
  const links = Object.entries(annotations).flatMap(([name, value]) => (name.startsWith(linkPrefix) ? (titledUrl(value) ?? []) : []));
  return [...links, ...(annotations[withoutDefaults] === 'true' ? [] : ingressUrls(rendered)).flatMap((text) => webUrl(text) ?? [])];
}

/**
 * `status.summary.externalURLs`: where people reach what an Application runs, by its Ingresses and by Argo CD's annotations
 * `link.argocd.argoproj.io/NAME` (these with their titles), each once, sorted. Addresses of the web only: whoever writes to Git must not choose what a click runs.
 */
export function externalUrls({ phases }: Pick<Plan, 'phases'>): readonly string[] {
  const kept = phases.flatMap(({ name, objects }) => (name === 'waves' ? objects.filter(({ object }) => hookPhasesOf(object).length === 0) : []));
  return [...new Set(kept.flatMap(urlsOf))].toSorted().slice(0, mostUrls);
}
