import { describe, expect, it } from 'vitest';
import type { Io } from './io.ts';
import { program } from './program.ts';

const never = new AbortController().signal;

interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(...args: readonly string[]): Promise<Told> {
  return runUnder(never, ...args);
}

async function runUnder(signal: AbortSignal, ...args: readonly string[]): Promise<Told> {
  const text = { out: '', err: '' };
  const io: Io = { out: { write: (part) => (text.out += part) }, err: { write: (part) => (text.err += part) }, isTerminal: false, columns: 80, env: {} };
  return { code: await program(args, io, signal), ...text };
}

describe('the command line', () => {
  it.each(['plan', 'render', 'up', 'bootstrap', 'run', 'status', 'history', 'rollback', 'new testnet', 'new', 'promote', 'set image', 'set', 'explain secret', 'explain', 'store check', 'store', 'takeover eso', 'takeover'])('shows an example in the help of %s, within 80 columns', async (command) => {
    const { code, out } = await run(...command.split(' '), '--help');

    expect(code).toBe(0);
    expect(out).toMatch(/Examples?.*:\n {2}prelude/);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each([
    [['bogus'], /unknown command 'bogus'/],
    [['plan', '--output', 'xml'], /text, json, yaml/],
    [['up', '--timeout', 'soon'], /--timeout soon: write a duration such as 90s/],
    [['up', '--local', 'a', '--context', 'b'], /choose one/],
    [['run', '--listen', '8080'], /write host:port/],
    [['run', '--repo', 'x'], /write URL=PATH/],
    [['run', '--webhook-listen', ':9443'], /go together/],
    [['run', '--events-listen', ':8090'], /needs --events-config/],
    [['run', '--pod-gate'], /needs --webhook-listen/],
    [['run', '--health-rules', 'rules.yaml', '--controllers', 'secrets'], /is for the controllers of Git/],
    [['run', '--events-config', 'x', '--controllers', 'sealed'], /--controllers leaves both out/],
    [['run', '--events-config', '/nonexistent/events.yaml'], /cannot be read \(ENOENT\)/],
    [['explain', 'secret', 'db'], /db: write NAMESPACE\/NAME/],
    [['explain', 'secret', 'a/b/c'], /write NAMESPACE\/NAME/],
    [['explain', 'secret', 'a/db', '--local', 'x', '--context', 'y'], /choose one/],
    [['store', 'check', 'vault', '--cluster', '--namespace', 'a'], /has no namespace/],
    [['store', 'check', 'vault', '--namespace', 'A b'], /is not the name of a namespace/],
    [['store', 'check', 'vault', '--property', 'x'], /go with --key/],
    [['takeover', 'eso', '--check', '--apply'], /choose one/],
    [['takeover', 'eso', '--scale-down'], /go with --apply/],
    [['takeover', 'kes'], /unknown command 'kes'/],
  ])('answers %j with exit code 2 and what to write', async (args, message) => {
    const { code, err } = await run(...args);

    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('plans the sample and says that it is ready', async () => {
    const { code, out } = await run('plan', 'test/sample');

    expect(code).toBe(0);
    expect(out.trimEnd().endsWith('ready')).toBe(true);
  });

  it.each([['plan'], ['render'], ['up', '--local', '/nonexistent/cluster']])('says in one line that it was interrupted: %s', async (command, ...args) => {
    const interrupted = AbortSignal.abort(new DOMException('stopped by SIGINT', 'AbortError'));

    expect(await runUnder(interrupted, command, 'test/sample', ...args)).toEqual({ code: 1, out: '', err: 'prelude: interrupted\n' });
  });

  it('tells where it looked when there is no such folder', async () => {
    const { code, err } = await run('plan', 'test/no-such-folder');

    expect(code).toBe(1);
    expect(err).toContain('test/no-such-folder');
  });
});
