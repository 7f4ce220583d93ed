import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { KubeObject } from '../../src/api/object.ts';
import type { ResourceType } from '../../src/kube/port.ts';
import { externalSecretType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { parseYaml } from '../../src/lib/yaml.ts';
import { build } from '../support/build.ts';
import { startController } from '../support/controller-process.ts';
import { at } from '../support/raw-api.ts';
import { openRealWorld } from '../support/real-world.ts';

const run = promisify(execFile);
const root = dirname(dirname(import.meta.dirname));
const chapter = /^## Write an adapter$(.*?)^## /ms.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
const never = new AbortController().signal;
const manifest = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const adapter = '@acme/prelude-provider-consul';

/** A file that the chapter shows: the block below its name. */
function fileOf(name: string): string {
  const block = new RegExp(`^\`${name.replaceAll('.', String.raw`\.`)}\`[^\n]*:\n\n\`\`\`[a-z]+\n(.*?)^\`\`\``, 'ms').exec(chapter)?.[1];
  if (block === undefined) throw new Error(`the chapter shows no ${name}`);
  return block;
}

describe('the chapter "Write an adapter", done as it says', () => {
  let project: string;

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'prelude-adapter-'));
    const modules = join(project, 'node_modules');
    // what `npm install` makes of the two packages
    await build(join(modules, 'prelude'));
    mkdirSync(join(modules, adapter), { recursive: true });
    for (const name of ['package.json', 'index.js', 'index.test.js']) writeFileSync(join(modules, adapter, name), fileOf(name));
    for (const name of ['vitest', 'zod', 'typescript', '@types']) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }, 120_000);

  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it('makes an adapter of less than a hundred lines', () => {
    expect(fileOf('index.js').split('\n').length).toBeLessThan(100);
  });

  it('which keeps the contract', async () => {
    const own = join(project, 'own');
    // packages in node_modules are not tested by vitest: its author has a checkout
    cpSync(join(project, 'node_modules', adapter), own, { recursive: true });
    const report = join(project, 'report.json');
    await run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', own, '--reporter', 'json', '--outputFile', report], { cwd: own });
    const result: unknown = JSON.parse(readFileSync(report, 'utf8'));

    expect(result).toMatchObject({ success: true, numFailedTests: 0, numPendingTests: 0 });
    expect(result).toHaveProperty('numPassedTests', expect.toSatisfy((count: number) => count > 30));
  });

  it('has the types that it says', async () => {
    const program = join(project, 'own', 'index.js');
    const checked = readFileSync(program, 'utf8').replace("id: 'consul'", 'id: 7');
    writeFileSync(join(project, 'own', 'wrong.js'), checked);
    const compile = (file: string): Promise<{ readonly stdout: string }> =>
      run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--allowJs', '--checkJs', '--noImplicitAny', 'false', '--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,esnext.disposable', '--skipLibCheck', '--types', 'node', file], { cwd: join(project, 'own') });

    await expect(compile('wrong.js')).rejects.toMatchObject({ stdout: expect.stringContaining("Type 'number' is not assignable to type 'string'") });
    await compile('index.js');
  });

  it('and serves ExternalSecrets on a real API server once it is named', async () => {
    const server = createServer((request, response) => response.end(JSON.stringify([{ Key: 'db', ModifyIndex: 7, Value: Buffer.from(request.headers['x-consul-token'] === 'good' ? 'hunter2' : 'no').toString('base64') }])));
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    const world = await openRealWorld();
    const controller = await startController({ kubeconfig: world.kubeconfig, program: join(project, 'node_modules/prelude/prelude.js'), args: ['--provider', adapter, '--controllers', 'secrets'] });
    try {
      const make = (type: ResourceType, object: object): Promise<KubeObject> => world.cluster.create(type, manifest.parse(object), { fieldManager: 'test' }, never);
      await make(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name: 'consul' }, data: { token: Buffer.from('good').toString('base64') } });
      await make(secretStoreType, { ...storeOf(chapter, portOf(server)) });
      await make(externalSecretType, {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { namespace: 'default', name: 'db' },
        spec: { secretStoreRef: { name: 'consul' }, data: [{ secretKey: 'password', remoteRef: { key: 'db' } }] },
      });

      const conditions = async (): Promise<unknown> => at(await world.cluster.get(externalSecretType, { namespace: 'default', name: 'db' }, never), 'status', 'conditions');
      await expect.poll(conditions, { timeout: 20_000 }).toMatchObject([{ type: 'Ready', status: 'True' }]);
      expect(at(await world.cluster.get(secretType, { namespace: 'default', name: 'db' }, never), 'data', 'password')).toBe(Buffer.from('hunter2').toString('base64'));
    } finally {
      await controller.stop();
      await world.stop();
      server.closeAllConnections();
      server.close();
    }
  }, 120_000);

  it('and is refused with what to do where it is no adapter, or cannot be loaded', async () => {
    const start = (name: string): Promise<unknown> => run(process.execPath, [join(project, 'node_modules/prelude/prelude.js'), 'plan', join(root, 'test/sample'), '--provider', name], { cwd: project });

    await expect(start('@acme/nowhere')).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(/^prelude: --provider @acme\/nowhere: cannot be loaded \(.*\); install the package beside Prelude/) });
    writeFileSync(join(project, 'wrong.js'), "export default { id: 'wrong', connect: 7 };");
    await expect(start('./wrong.js')).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(/its default export is no adapter: schema: must be a zod schema; .*connect: must be a function/) });
    writeFileSync(join(project, 'taken.js'), `import consul from '${adapter}'; export default { ...consul, id: 'aws' };`);
    await expect(start('./taken.js')).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(/there is a provider "aws" already/) });
    await start(adapter);
  });
});

/** The chapter's store, with the address of a server that is there: this machine's own, because stores may not name the loopback address. */
function storeOf(text: string, port: number): object {
  const yaml = /^```yaml\n(.*?)^```/ms.exec(text)?.[1] ?? '';
  const address = Object.values(networkInterfaces()).flatMap((found) => found ?? []).find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (address === undefined) throw new Error('this machine has no address but the loopback one');
  const [document] = parseYaml(yaml.replace('http://consul.infra.svc:8500', `http://${address}:${port}`));
  const store = manifest.parse(document?.value);
  return { ...store, metadata: { ...store.metadata, namespace: 'default' } };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
