import type { Command } from 'commander';
import { parseAddress, parseNames, type SealingOptions, UsageError } from '../app/options.ts';
import { parseCutoff, parseKeyOrder, parseKeyPrefix, parsePairs, parsePeriod, parseSwitch, parseWhole } from '../app/sealing-keys/parse-sealing-options.ts';
import { usageOption } from './command-options.ts';

/** What `prelude run` says of SealedSecrets. */
export interface SealingFlags {
  readonly sealKeyNamespace?: string;
  readonly sealKeyPrefix: string;
  readonly sealKeySize: number;
  readonly sealKeyTtl: number;
  readonly sealMyCn: string;
  readonly sealKeyRenewPeriod: number;
  readonly sealKeyOrderPriority: SealingOptions['keyOrder'];
  readonly sealKeyCutoffTime?: number;
  readonly sealKeyLabels: SealingOptions['keyLabels'];
  readonly sealKeyAnnotations: SealingOptions['keyAnnotations'];
  readonly sealAcceptV1Data: boolean;
  readonly sealListen?: SealingOptions['listen'];
  readonly sealRateLimit: number;
  readonly sealRateLimitBurst: number;
  readonly sealRefuseTokenless?: true;
  readonly sealOmitNames: boolean;
  readonly sealBesideUpstream?: true;
}

const fewestBits = 2048;
const mostBits = 16_384;
const mostRequests = 10_000;

/** Adds the options of SealedSecrets: those of Sealed Secrets' controller with `seal-` before them, the longest ones shortened, and its variables. */
export function addSealingOptions(command: Command): Command {
  const add = (name: string, value: string, text: string, read: (flag: string, text: string) => unknown, standard?: string, upstream = name): void => {
    const option = usageOption(`--seal-${name} <${value}>`, text, (given) => read(`--seal-${name}`, given)).env(`SEALED_SECRETS_${upstream.toUpperCase().replaceAll('-', '_')}`);
    command.addOption(standard === undefined ? option : option.default(read(`--seal-${name}`, standard), standard === '' ? 'none' : standard));
  };
  add('key-prefix', 'name', 'names of keys begin with it', parseKeyPrefix, 'sealed-secrets-key');
  add('key-size', 'bits', 'of a new key', (flag, text) => parseWhole(flag, text, fewestBits, mostBits), '4096');
  add('key-ttl', 'duration', 'how long the certificate of a new key is good', parsePeriod, '87600h');
  add('my-cn', 'name', 'common name in it', (_flag, text) => text, '');
  add('key-renew-period', 'duration', 'how often a new key is made; 0: only the first', parsePeriod, '720h');
  add('key-order-priority', 'order', 'which key is the newest: CertNotBefore or SecretCreationTimestamp', parseKeyOrder, 'CertNotBefore');
  add('key-cutoff-time', 'time', 'make a new key where the newest is from before this time, which must be over', parseCutoff);
  add('key-labels', 'pairs', "labels of new keys' Secrets: k=v,k2=v2", parsePairs, '', 'privatekey-labels');
  add('key-annotations', 'pairs', 'the same for annotations', parsePairs, '', 'privatekey-annotations');
  add('accept-v1-data', 'boolean', 'read spec.data of the first versions', parseSwitch, 'true', 'accept-deprecated-v1-data');
  add('rate-limit', 'number', 'requests a second to verify and rotate, of each caller', (flag, text) => parseWhole(flag, text, 1, mostRequests), '2');
  add('rate-limit-burst', 'number', 'and at once after a rest', (flag, text) => parseWhole(flag, text, 1, mostRequests), '2');
  add('omit-names', 'boolean', "leave SealedSecrets' names out of the metrics", parseSwitch, 'false', 'metrics-omit-secret-labels');
  command.addOption(usageOption('--seal-key-namespace <name>', "where the keys' Secrets are (the controller's own namespace unless told)", (text) => parseNames('--seal-key-namespace', text)[0] ?? '').env('PRELUDE_SEAL_KEY_NAMESPACE'));
  command.addOption(usageOption('--seal-listen <address>', 'serve kubeseal there: certificate, verify, rotate', (text) => parseAddress('--seal-listen', text)).env('PRELUDE_SEAL_LISTEN'));
  command.option('--seal-beside-upstream', "start although Sealed Secrets' controller runs for the same namespaces");
  return command.option('--seal-refuse-tokenless', "turn callers without a token away; kubeseal's requests through the API server's proxy have none");
}

/** The options without their prefix. */
export function sealingOf(flags: SealingFlags & { readonly namespace: string; readonly controllers: ReadonlySet<string> }): SealingOptions {
  if (flags.sealListen !== undefined && !flags.controllers.has('sealed')) throw new UsageError('--seal-listen is for the controller of SealedSecrets: add sealed to --controllers');
  return {
    keyNamespace: flags.sealKeyNamespace ?? flags.namespace,
    keyPrefix: flags.sealKeyPrefix,
    keySize: flags.sealKeySize,
    keyTtl: flags.sealKeyTtl,
    commonName: flags.sealMyCn,
    renewPeriod: flags.sealKeyRenewPeriod,
    keyOrder: flags.sealKeyOrderPriority,
    ...(flags.sealKeyCutoffTime === undefined ? {} : { cutoff: flags.sealKeyCutoffTime }),
    keyLabels: flags.sealKeyLabels,
    keyAnnotations: flags.sealKeyAnnotations,
    acceptDeprecated: flags.sealAcceptV1Data,
    ...(flags.sealListen === undefined ? {} : { listen: flags.sealListen }),
    rate: { perSecond: flags.sealRateLimit, burst: flags.sealRateLimitBurst },
    refuseTokenless: flags.sealRefuseTokenless === true,
    omitsNames: flags.sealOmitNames,
    besideUpstream: flags.sealBesideUpstream === true,
  };
}
