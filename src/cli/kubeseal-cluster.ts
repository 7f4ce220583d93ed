import type { SealingServiceOptions } from '../app/sealing/sealing-service.ts';
import { parseDuration } from '../lib/duration.ts';
import { SealError } from '../seal/seal-error.ts';
import type { KubesealArguments } from './kubeseal-flags.ts';

/** Which controller a command line of kubeseal means, and as whom to ask it. @throws SealError for a duration that is none */
export function serviceOptionsOf(args: KubesealArguments): SealingServiceOptions {
  const groups = args.list('as-group');
  const overrides = compact({
    cluster: args.text('cluster'),
    user: args.text('user'),
    server: args.text('server'),
    tlsServerName: args.text('tls-server-name'),
    certificateAuthority: args.text('certificate-authority'),
    skipTlsVerify: args.isOn('insecure-skip-tls-verify') ? true : undefined,
    proxyUrl: args.text('proxy-url'),
    token: args.text('token'),
    username: args.text('username'),
    password: args.text('password'),
    clientCertificate: args.text('client-certificate'),
    clientKey: args.text('client-key'),
    impersonate: args.text('as'),
  });
  return {
    namespace: args.text('controller-namespace') ?? 'kube-system',
    name: args.text('controller-name') ?? 'sealed-secrets-controller',
    overrides,
    ...compact({ kubeconfig: args.text('kubeconfig'), context: args.text('context'), uid: args.text('as-uid'), deadline: deadlineOf(args.text('request-timeout')) }),
    ...(groups.length === 0 ? {} : { groups }),
  };
}

/** Go's duration, or bare seconds; 0 stands for no bound of the caller's. */
function deadlineOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms === undefined || ms < 0) throw new SealError('--request-timeout takes a duration, e.g. 30s');
  return ms === 0 ? undefined : ms;
}

/** Without what is undefined. */
function compact<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const key in fields) {
    const value = fields[key];
    if (isDefined(value)) kept[key] = value;
  }
  return kept;
}

function isDefined<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}
