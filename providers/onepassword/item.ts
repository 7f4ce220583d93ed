import { z } from 'zod';

/** An item in the list of its vault: all but what it holds. */
export const itemSummary = z.object({
  id: z.string().min(1),
  title: z.string().nullish(),
  version: z.number().nullish(),
  tags: z.array(z.string()).nullish(),
});

export type ItemSummary = z.output<typeof itemSummary>;

const field = z.looseObject({ label: z.string().nullish(), value: z.string().nullish() });
const file = z.looseObject({ id: z.string().min(1), name: z.string().nullish(), size: z.number().nullish() });

/** An item with its fields. What is not known of it is kept, for an update sends all of it. */
export const fullItem = z.looseObject({
  id: z.string().min(1),
  title: z.string().nullish(),
  category: z.string().nullish(),
  version: z.number().nullish(),
  tags: z.array(z.string()).nullish(),
  fields: z.array(field).nullish(),
  files: z.array(file).nullish(),
});

export type FullItem = z.output<typeof fullItem>;
export type ItemField = z.output<typeof field>;
export type ItemFile = z.output<typeof file>;

/** What an item is called in this state; undefined where the server does not count. */
export function versionOf({ id, version }: Pick<ItemSummary, 'id' | 'version'>): string | undefined {
  return typeof version === 'number' ? `${id}@${version}` : undefined;
}
