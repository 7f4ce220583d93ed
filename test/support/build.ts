import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build as bundle, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { z } from 'zod';
import { bundledPackages, noticesFor } from './notices.ts';

const root = dirname(dirname(import.meta.dirname));

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  dependencies: z.object({ zod: z.string() }),
  devDependencies: z.object({ vitest: z.string() }),
});

/** What people and scripts start. kubeseal stands in for the program of that name. */
const programs = { prelude: 'src/cli/bin.ts', kubeseal: 'src/cli/kubeseal-bin.ts' };

/** What adapters of other packages are written and tested with. The image, which is built without tests, holds neither. */
const kit = { provider: 'src/provider/adapter.ts', 'provider-contract': 'test/contract/adapter-suite.ts' };

/**
 * CommonJS packages that are bundled into ES modules still ask for these. Kept on one line, so that the lines of a
 * stack trace are off by one and no more.
 */
const banner = [
  "import { createRequire as bundleCreateRequire } from 'node:module';",
  "import { fileURLToPath as bundleFileURLToPath } from 'node:url';",
  'const require = bundleCreateRequire(import.meta.url);',
  'const __filename = bundleFileURLToPath(import.meta.url);',
  "const __dirname = bundleFileURLToPath(new URL('.', import.meta.url));",
].join(' ');

/** Of zod's messages in some fifty languages, those that are shown. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: (plugins) => {
    plugins.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({ contents: "export { default as en } from './en.js';", resolveDir: dirname(path) }));
  },
};

/** How code becomes a bundle that runs without node_modules. */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  banner: { js: banner },
  legalComments: 'none',
  // the ES modules of a package that has both: what is imported lazily from CommonJS would come without its names
  mainFields: ['module', 'main'],
  // lines stay lines, so that a stack trace says something
  minifySyntax: true,
  metafile: true,
  logLevel: 'warning',
  plugins: [englishOnly],
} satisfies BuildOptions;

/**
 * Bundles the programs into `folder`, which is then a package of its own: prelude.js and kubeseal.js check their Node.js and load the rest,
 * template-thread.js and chart-thread.js are what the threads run that render templates and charts, and chunks/ holds a file for each part that is loaded on first use,
 * so that no command pays for an SDK it does not need. Where the tests are there, it also holds what adapters of other packages are
 * written with: provider.js and provider-contract.js, which share their chunks with the program, and their types.
 */
export async function build(folder: string): Promise<Metafile> {
  const { name, version, description, license, dependencies, devDependencies } = packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const withKit = existsSync(join(root, kit['provider-contract']));
  const { metafile } = await bundle({
    ...bundling,
    entryPoints: { ...programs, 'template-thread': 'src/template/worker/thread.ts', 'seal-thread': 'src/cli/seal-thread.ts', 'chart-thread': 'src/gitops/render/helm/engine/chart-thread.ts', ...(withKit ? kit : {}) },
    external: ['vitest'],
    outdir: folder,
    chunkNames: 'chunks/[name]-[hash]',
    define: {
      'process.env.PRELUDE_VERSION': JSON.stringify(version),
      // from the chunk that starts the thread
      'process.env.PRELUDE_TEMPLATE_THREAD': JSON.stringify('../template-thread.js'),
      'process.env.PRELUDE_SEAL_THREAD': JSON.stringify('../seal-thread.js'),
      'process.env.PRELUDE_CHART_THREAD': JSON.stringify('../chart-thread.js'),
    },
  });

  for (const name of Object.keys(programs)) {
    const program = join(folder, `${name}.js`);
    writeFileSync(program, `#!/usr/bin/env node\n${readFileSync(program, 'utf8')}`);
    chmodSync(program, 0o755);
  }
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ name, version, description, license, type: 'module', bin: { prelude: 'prelude.js', kubeseal: 'kubeseal.js' }, engines: { node: '>=24' }, ...(withKit ? kitManifest(dependencies.zod, devDependencies.vitest) : {}) }, undefined, 2)}\n`,
  );
  if (withKit) writeTypes(join(folder, 'types'));
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), noticesFor(root, bundledPackages(metafile)));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  // `up` creates these in a cluster that has none
  cpSync(join(root, 'crds'), join(folder, 'crds'), { recursive: true, filter: (path) => !path.endsWith('examples') });
  // `bootstrap` renders it; the definitions it holds are those of crds/
  cpSync(join(root, 'charts/prelude'), join(folder, 'charts/prelude'), { recursive: true, filter: (path) => !path.endsWith('files/crds') });
  return metafile;
}

/** zod is bundled, and named for its types; vitest is the adapter's own. */
function kitManifest(zod: string, vitest: string): object {
  const entry = (file: string, types: string): object => ({ types: `./types/${types}.d.ts`, default: `./${file}.js` });
  return {
    exports: { './provider': entry('provider', 'src/provider/adapter'), './provider-contract': entry('provider-contract', 'test/contract/adapter-suite') },
    peerDependencies: { zod, vitest },
    peerDependenciesMeta: { zod: { optional: true }, vitest: { optional: true } },
  };
}

/** The declarations of what the kit exports. Their imports name the declarations, which the compiler does not see to. */
function writeTypes(folder: string): void {
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', folder];
  const { include: _, ...settings } = z.looseObject({ compilerOptions: z.looseObject({}) }).parse(JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')));
  const project = join(folder, 'tsconfig.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(project, JSON.stringify({ ...settings, compilerOptions: { ...settings.compilerOptions, rootDir: root, typeRoots: [join(root, 'node_modules/@types')] }, files: Object.values(kit).map((file) => join(root, file)) }));
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project, ...options], { cwd: root });
  rmSync(project);
  for (const file of globSync('**/*.d.ts', { cwd: folder })) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/(from|import\() ?'(\.[^']*)\.ts'/g, (_match, before: string, name: string) => `${before}${before === 'from' ? ' ' : ''}'${name}.js'`));
  }
}

if (import.meta.main) {
  const folder = join(root, 'dist');
  const metafile = await build(folder);
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  console.log(`dist/prelude.js, template-thread.js and ${Object.keys(metafile.outputs).length - 2} chunks, ${(bytes / 1024 / 1024).toFixed(1)} MiB, ${bundledPackages(metafile).length} packages inside`);
}
