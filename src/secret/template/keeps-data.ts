import type { SecretTemplate } from '../../api/secret-template.ts';

/** Whether the Secret holds the values that were read, too: the template says so, or makes no data of its own. */
export function keepsData({ mergePolicy, data, templateFrom }: SecretTemplate): boolean {
  return mergePolicy === 'Merge' || (Object.keys(data).length === 0 && templateFrom.length === 0);
}
