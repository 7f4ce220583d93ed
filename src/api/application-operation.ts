import { z } from 'zod';
import { type RetryPolicy, retryPolicy, syncOptionList, toRetryPolicy } from './application-spec.ts';
import { type Parsed, parse, unsupported } from './schema.ts';
import type { SyncChoices } from './sync-option.ts';

/** One of the objects that a selective sync is about. */
export interface OperationResource {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Absent: in any namespace. */
  readonly namespace?: string;
}

/** A sync that somebody asks for: `operation` of an Application, as Argo CD's CLI and UI set it. */
export interface RequestedOperation {
  /** Absent: what the sources stand for. Of several sources all of them, separated by commas. */
  readonly revision?: string;
  readonly prune: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** Empty: all objects. */
  readonly resources: readonly OperationResource[];
  /** Absent: the Application's own. */
  readonly choices?: SyncChoices;
  /** Run no hooks: `syncStrategy.apply`, and every selective sync. */
  readonly skipHooks: boolean;
  /** Make anew what cannot be changed. */
  readonly force: boolean;
  readonly retry: RetryPolicy;
  readonly initiatedBy: { readonly automated?: boolean; readonly username?: string };
  readonly info: readonly { readonly name: string; readonly value: string }[];
  /** The sources it was made for, where it names them: as in the Application, or it is refused. */
  readonly source?: unknown;
}

const strategy = z.strictObject({ force: z.boolean().exactOptional() });
const fromGit = 'is not supported: what is applied comes from Git, where it can be reviewed';

/** How much there may be of what somebody asks for. */
const requestLimits = { revision: 256, info: 100 };

/** A record has besides what was asked for the revisions of all sources, joined, and what is noted down with it. */
const recordLimits = { revision: 50 * 257, info: 100 + 16 };

const sync = ({ revision }: typeof requestLimits) => z.strictObject({
  revision: z.string().max(revision).exactOptional(),
  revisions: z.array(z.string().max(256)).max(50).exactOptional(),
  prune: z.boolean().exactOptional(),
  dryRun: z.boolean().exactOptional(),
  resources: z.array(z.strictObject({ group: z.string().exactOptional(), kind: z.string().min(1), name: z.string().min(1), namespace: z.string().exactOptional() })).max(5_000).exactOptional(),
  syncOptions: syncOptionList.exactOptional(),
  syncStrategy: z.strictObject({ apply: strategy.nullish(), hook: strategy.nullish() }).nullish(),
  source: z.unknown().exactOptional(),
  sources: z.unknown().exactOptional(),
  // whoever may write this field must not be able to apply what nobody has committed (GHSA-g623-jcgg-mhmm)
  manifests: unsupported(fromGit),
  autoHealAttemptsCount: z.int().exactOptional(),
});

const operation = (limits: typeof requestLimits) => z
  .strictObject({
    sync: sync(limits),
    retry: retryPolicy.exactOptional(),
    initiatedBy: z.strictObject({ automated: z.boolean().exactOptional(), username: z.string().max(256).exactOptional() }).exactOptional(),
    info: z.array(z.strictObject({ name: z.string(), value: z.string() })).max(limits.info).exactOptional(),
  })
  .transform(({ sync: asked, retry, initiatedBy = {}, info = [] }): RequestedOperation => {
    const revision = asked.revisions === undefined || asked.revisions.length === 0 ? (asked.revision ?? '') : asked.revisions.join(',');
    const resources = (asked.resources ?? []).map(({ group = '', kind, name, namespace = '' }) => ({ group, kind, name, ...(namespace === '' ? {} : { namespace }) }));
    const source = asked.sources === undefined ? asked.source : { sources: asked.sources };
    return {
      ...(revision === '' ? {} : { revision }),
      ...{ prune: asked.prune ?? false, dryRun: asked.dryRun ?? false, resources },
      ...(asked.syncOptions === undefined ? {} : { choices: asked.syncOptions }),
      skipHooks: resources.length > 0 || (asked.syncStrategy?.apply ?? undefined) !== undefined,
      force: asked.syncStrategy?.apply?.force === true || asked.syncStrategy?.hook?.force === true,
      retry: toRetryPolicy(retry ?? {}),
      ...{ initiatedBy, info },
      ...(source === undefined || source === null ? {} : { source }),
    };
  });

const requestShape = z.object({ operation: operation(requestLimits) }).transform((fields) => fields.operation);
const recordShape = z.object({ operation: operation(recordLimits) }).transform((fields) => fields.operation);

/** Parses `operation` of an Application. Fields that would apply anything but what Git holds are refused by name. */
export function parseOperation(value: unknown): Parsed<RequestedOperation> {
  return parse(requestShape, { operation: value });
}

/** Parses `status.operationState.operation`, where it is a request that was put on record. */
export function parseRecordedOperation(value: unknown): Parsed<RequestedOperation> {
  return parse(recordShape, { operation: value });
}
