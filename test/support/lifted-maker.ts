import { manifests } from './application-stage.ts';

/** A Deployment that reads a Secret and makes `made` as it runs: written early, before its wave, where something needs that. */
export function maker(image = 'node:1', secret = 'database'): string {
  return manifests.deployment('maker', secret).replace('metadata: { name: maker,', 'metadata: { annotations: { prelude.dev/provides: made/password, argocd.argoproj.io/sync-wave: "1" }, name: maker,').replace('node:1', image);
}

/** The maker, and what it reads, which the provider has as `prod/one`. */
export const makerFiles = { 'store.yaml': manifests.store, 'secret.yaml': manifests.secret('database', 'prod/one'), 'maker.yaml': maker() };
/** Who needs what it makes. */
export const userFile = { 'user.yaml': manifests.deployment('user', 'made') };
/** A chart of `templates/`. */
export function chartOf(values: string, templates: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { 'Chart.yaml': 'apiVersion: v2\nname: net\nversion: 1.0.0\n', 'values.yaml': values, ...Object.fromEntries(Object.entries(templates).map(([name, text]) => [`templates/${name}`, text])) };
}
