import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { Provider, RemotePlace, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import type { ProviderError } from '../../src/provider/provider-error.ts';

const schema = z.strictObject({ account: z.string() });

type Config = z.output<typeof schema>;

/** A call that changed something, or was to. */
export interface WriterCall {
  readonly verb: 'write' | 'remove' | 'read';
  readonly account: string;
  /** The remote key, and `/property` where there is one. */
  readonly place: string;
  /** The namespace that the store lets the call choose; absent: none. */
  readonly admitted?: string;
}

/** A provider that holds texts by account and remote key, and does besides what a test tells it. Its id is `writable`. */
export interface ScriptedWriter {
  readonly provider: Provider<Config>;
  /** What an account holds; properties are members of a JSON object. Tests change it at will. */
  readonly held: (account: string) => Map<string, string>;
  /** In order of coming. */
  readonly calls: WriterCall[];
  /** All that was handed in to be written. */
  readonly writes: RemoteWrite[];
  /** How a call fails; undefined: it does not. */
  refuse: (call: WriterCall) => ProviderError | undefined;
  /** Why nothing can be done at all. */
  connect: (account: string) => Promise<void>;
  /** What happens while something is written. */
  onWrite: (write: RemoteWrite) => Promise<void>;
}

/** Makes a provider that holds nothing yet. */
export function createScriptedWriter(): ScriptedWriter {
  const accounts = new Map<string, Map<string, string>>();
  const held: ScriptedWriter['held'] = (account) => {
    const known = accounts.get(account) ?? new Map<string, string>();
    accounts.set(account, known);
    return known;
  };
  const script: ScriptedWriter = {
    held,
    calls: [],
    writes: [],
    refuse: () => undefined,
    connect: () => Promise.resolve(),
    onWrite: () => Promise.resolve(),
    provider: {
      id: 'writable',
      schema,
      propertyLookup: 'path-only',
      environment: [],
      capabilities: 'ReadWrite',
      credentials: () => [],
      connect: async ({ account }) => {
        await script.connect(account);
        const note = (verb: WriterCall['verb'], { remoteKey, property, admittedNamespace: admitted }: RemotePlace): ProviderError | undefined => {
          const call = { verb, account, place: property === undefined ? remoteKey : `${remoteKey}/${property}`, ...(admitted === undefined ? {} : { admitted }) };
          script.calls.push(call);
          return script.refuse(call);
        };
        return {
          batchSize: 20,
          read: (refs) =>
            Promise.resolve(
              refs.map(({ key }) => {
                const error = note('read', { remoteKey: key });
                const text = held(account).get(key);
                if (error !== undefined) return { kind: 'error', error };
                return text === undefined ? { kind: 'absent' } : { kind: 'value', value: SecretBytes.fromUtf8(text) };
              }),
            ),
          write: async (write) => {
            script.writes.push(write);
            await script.onWrite(write);
            const error = note('write', write);
            return error === undefined ? put(held(account), write) : { kind: 'error', error };
          },
          remove: (place) => {
            const error = note('remove', place);
            return Promise.resolve(error === undefined ? take(held(account), place) : { kind: 'error', error });
          },
          [Symbol.asyncDispose]: () => Promise.resolve(),
        };
      },
    },
  };
  return script;
}

const members = z.record(z.string(), z.string());

function put(held: Map<string, string>, { remoteKey, property, value, updatePolicy }: RemoteWrite): WriteResult {
  const text = Buffer.from(value.reveal()).toString('utf8');
  const old = held.get(remoteKey);
  const before = property === undefined || old === undefined ? undefined : members.parse(JSON.parse(old));
  const current = property === undefined ? old : before?.[property];
  if (current !== undefined && (updatePolicy === 'IfNotExists' || current === text)) return { kind: 'unchanged' };
  held.set(remoteKey, property === undefined ? text : JSON.stringify({ ...before, [property]: text }));
  return { kind: 'written' };
}

function take(held: Map<string, string>, { remoteKey, property }: RemotePlace): RemoveResult {
  const old = held.get(remoteKey);
  if (old === undefined) return { kind: 'absent' };
  if (property === undefined) held.delete(remoteKey);
  else {
    const { [property]: _removed, ...rest } = members.parse(JSON.parse(old));
    if (Object.keys(rest).length === 0) held.delete(remoteKey);
    else held.set(remoteKey, JSON.stringify(rest));
  }
  return { kind: 'removed' };
}
