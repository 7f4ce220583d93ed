/*
 * Renders a list of releases with one engine, some at once, and prints what came of each as JSON: what bench:render measures.
 * Arguments: a file with the releases, and how many are rendered at once.
 */
import { readFileSync } from 'node:fs';
import { createBuiltinEngine } from '../../../src/gitops/render/helm/builtin-engine.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { ReleaseCase } from '../../support/render/helm-release.ts';
import { renderReleases } from '../../support/render/our-release.ts';

/** A release as it is printed. */
export type PrintedRelease = { readonly ok: true; readonly documents: readonly { readonly source: string; readonly text: string }[] } | { readonly ok: false; readonly message: string };

const [path = '', atOnce = '1'] = process.argv.slice(2);
const cases: readonly ReleaseCase[] = JSON.parse(readFileSync(path, 'utf8'));
// as the processes beside it, which give way to nobody
const engine = createBuiltinEngine({ clock: systemClock, givesWay: false });
const releases = await renderReleases(engine, cases, new AbortController().signal, Number(atOnce));
const printed = releases.map((one): PrintedRelease => (one.ok ? { ok: true, documents: one.documents.map(({ source, text }) => ({ source, text: text.toString('utf8') })) } : one));
process.stdout.write(JSON.stringify(printed));
await engine.close?.();
