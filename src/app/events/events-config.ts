import { z } from 'zod';
import { type FieldError, parse } from '../../api/schema.ts';
import type { ConfiguredSource, ErasedFormat } from '../../provider/notice-source.ts';
import { configProblem, readConfigFile } from '../config-file.ts';
import type { EventRate } from './token-bucket.ts';

/** One source of events, as the file declares it. */
export interface DeclaredSource extends ConfiguredSource {
  readonly name: string;
  readonly rate: EventRate;
}

export interface EventsConfig {
  /** Where the keys stand that sources name. */
  readonly secretsFolder?: string;
  readonly sources: readonly DeclaredSource[];
}

const defaultRate: EventRate = { perSecond: 50, burst: 500 };

const rate = z.strictObject({
  perSecond: z.number().positive().max(1000).describe('Deliveries a second that are taken on average.'),
  burst: z.int().positive().max(10_000).describe('Deliveries that are taken at once after a rest.'),
});

const file = z.strictObject({
  secretsFolder: z.string().regex(/^\//, 'must be an absolute path').exactOptional(),
  sources: z
    .array(z.looseObject({ name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must consist of lower-case letters, digits and hyphens: it is a part of an address'), type: z.string(), rate: rate.exactOptional() }))
    .min(1, 'must name at least one source'),
});

/**
 * Reads the file of `--events-config`.
 * @throws UsageError that names the file and the line of everything that is wrong, and quotes nothing
 */
export async function readEventsConfig(path: string, formats: readonly ErasedFormat[]): Promise<EventsConfig> {
  const document = await readConfigFile('--events-config', path);
  const parsed = parse(file, document.value);
  if (!parsed.ok) throw configProblem(path, document, parsed.errors);
  const { secretsFolder, sources } = parsed.value;
  const errors: FieldError[] = [];
  const declared = sources.flatMap(({ name, type, rate: own = defaultRate, ...config }, index): readonly DeclaredSource[] => {
    const at = `sources[${index}]`;
    if (sources.findIndex((one) => one.name === name) < index) errors.push({ path: `${at}.name`, message: 'is the name of another source already' });
    const format = formats.find((one) => one.type === type);
    if (format === undefined) {
      errors.push({ path: `${at}.type`, message: `must be one of ${formats.map((one) => one.type).join(', ')}` });
      return [];
    }
    const source = format.parse(config);
    if (source.ok) return [{ name, rate: own, ...source.value }];
    errors.push(...source.errors.map((error) => ({ path: error.path === '' ? at : `${at}.${error.path}`, message: error.message })));
    return [];
  });
  if (errors.length > 0) throw configProblem(path, document, errors);
  return { sources: declared, ...(secretsFolder === undefined ? {} : { secretsFolder }) };
}
