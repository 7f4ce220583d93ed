import type { AskingStore } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { AwsConfig } from './config.ts';
import { tagsAskers } from './config.ts';
import type { SessionTag } from './sts.ts';

/** Whether the tags of the session are known: of a cluster store that is only checked, nobody asks. */
export function canTag(config: AwsConfig, asking: AskingStore | undefined): boolean {
  return !tagsAskers(config) || (asking?.name !== undefined && asking.namespace !== undefined);
}

/**
 * The tags of the session of `role`. With a policy of tags they say who asks, and take the place of `sessionTags`, as in External Secrets.
 * @throws ProviderError `invalid` where nobody asks
 */
export function sessionTagsOf(config: AwsConfig, asking: AskingStore | undefined): readonly SessionTag[] {
  const { sessionTags = [], sessionTagsPolicy, customSessionTags = {} } = config;
  if (!tagsAskers(config)) return sessionTags;
  const { name = '', namespace } = asking ?? {};
  if (namespace === undefined || name === '') throw new ProviderError('invalid', 'sessionTagsPolicy: there is nobody whose namespace could be tagged');
  const custom = sessionTagsPolicy === 'Custom' ? Object.entries(customSessionTags).filter(([key, value]) => key !== '' && value !== '') : [];
  const own = { esoNamespace: namespace, esoStoreName: name.slice(Math.max(name.lastIndexOf('/'), name.indexOf(' ')) + 1), esoStoreKind: name.slice(0, name.indexOf(' ')) };
  return [...custom, ...Object.entries(own)].map(([key, value]) => ({ key, value }));
}
