import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './parts/free-ports.ts';
import { createProcessGroup } from './parts/process-group.ts';

const run = promisify(execFile);
const motoVersion = '5.2.5';

/** What a user may do; `Resource` is always `*`, since moto decides by the action alone. */
export interface AwsUser {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** moto: AWS as a server, by other people than us. Its users' signatures and policies count once `enforce` is called. */
export interface Moto extends AsyncDisposable {
  readonly url: string;
  /** Creates a user who may do these actions. Only before `enforce`. */
  readonly createUser: (name: string, actions: readonly string[]) => Promise<AwsUser>;
  /** Creates a role that anybody may assume, and that may do these actions. Returns its ARN. Only before `enforce`. */
  readonly createRole: (name: string, actions: readonly string[]) => Promise<string>;
  /** Checks every signature and policy from now on, or no longer. */
  readonly enforce: (on: boolean) => Promise<void>;
}

/** Installs moto where it is not in the cache yet (half a minute and 320 MB, once), and starts it. */
export async function startMoto(): Promise<Moto> {
  const python = await installedPython();
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const group = createProcessGroup(await mkdtemp(join(tmpdir(), 'prelude-moto-')));
  group.start(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)]);
  await group.until(() => answers(url), 'moto answers');
  return {
    url,
    createRole: async (name, actions) => {
      const trust = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' } }] });
      const answer = await callIam(url, { Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument: trust });
      await callIam(url, { Action: 'PutRolePolicy', RoleName: name, PolicyName: 'test', PolicyDocument: allowing(actions) });
      return element(answer, 'Arn');
    },
    createUser: async (name, actions) => {
      await callIam(url, { Action: 'CreateUser', UserName: name });
      if (actions.length > 0) await callIam(url, { Action: 'PutUserPolicy', UserName: name, PolicyName: 'test', PolicyDocument: allowing(actions) });
      const answer = await callIam(url, { Action: 'CreateAccessKey', UserName: name });
      return { accessKeyId: element(answer, 'AccessKeyId'), secretAccessKey: element(answer, 'SecretAccessKey') };
    },
    enforce: async (on) => {
      await expectOk(await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: on ? '0' : '1000000' }));
    },
    [Symbol.asyncDispose]: () => group.stop(),
  };
}

function allowing(actions: readonly string[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });
}

/** The interpreter of a virtual environment that holds moto. */
async function installedPython(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'];
  const target = join(cache === undefined || cache === '' ? join(homedir(), '.cache') : cache, 'prelude', `moto-${motoVersion}`);
  const python = join(target, 'bin', 'python');
  if (existsSync(python)) return python;
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(`${target}.`);
  try {
    console.error(`installing moto ${motoVersion}; it is kept for the next runs`);
    await run('python3', ['-m', 'venv', work]);
    await run(join(work, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `moto[server,secretsmanager,ssm]==${motoVersion}`]);
    // whole or not at all, for a run beside this one; started by its interpreter, an environment may be moved
    await rename(work, target).catch((error: unknown) => {
      if (!existsSync(python)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return python;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/moto-api/data.json`)).ok;
  } catch {
    return false;
  }
}

async function callIam(url: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  // moto finds the service in the scope of the credential, and checks no more while nothing is enforced
  const authorization = 'AWS4-HMAC-SHA256 Credential=setup/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=none';
  return expectOk(await fetch(url, { method: 'POST', headers: { authorization }, body: new URLSearchParams({ Version: '2010-05-08', ...parameters }) }));
}

async function expectOk(response: Response): Promise<string> {
  const text = await response.text();
  if (!response.ok) throw new Error(`moto answered ${response.status}: ${text.slice(0, 500)}`);
  return text;
}

function element(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  if (text === undefined) throw new Error(`moto's answer has no ${name}`);
  return text;
}
