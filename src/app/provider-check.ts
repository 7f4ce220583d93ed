import type { CheckProvider } from '../gitops/plan/declare/declare.ts';
import type { ProviderRegistry } from '../provider/registry.ts';

const prefix = 'spec.provider.';

/** The check of `spec.provider` that `plan` makes: the adapters' own schemas, and nothing of their SDKs. */
export function createProviderCheck(registry: ProviderRegistry): CheckProvider {
  return (provider) => {
    const parsed = registry.parse(provider);
    if (parsed.ok) return [];
    return parsed.errors.map(({ path, message }) => ({ path: path.startsWith(prefix) ? path.slice(prefix.length) : '', message }));
  };
}
