import { describe, expect, it } from 'vitest';
import { BootstrapError } from './bootstrap-error.ts';
import { type ControllerFacts, readChartValues } from './chart-values.ts';

function readInstalled(values: string | undefined): ControllerFacts {
  return readChartValues({ isInstalled: true, ...(values === undefined ? {} : { values }) }, 'prelude');
}

describe('the values of the controller', () => {
  it('open SealedSecrets with the keys of the own namespace unless they say otherwise', () => {
    const own = { controllerClass: 'default', sealsByDefault: true, opensSealedSecrets: true, keyNamespace: 'prelude', namesKeyNamespace: false, applicationNamespaces: ['prelude'] };

    expect(readInstalled(undefined)).toEqual(own);
    expect(readInstalled('')).toEqual(own);
    expect(readInstalled('image: {tag: "1"}\n')).toEqual(own);
    expect(readInstalled('sealedSecrets: {enabled: true, keyNamespace: kube-system}\ngit: {applicationNamespaces: [argocd, prelude]}\nsecrets: {controllerClass: ours}\n')).toEqual({
      controllerClass: 'ours',
      sealsByDefault: false,
      opensSealedSecrets: true,
      keyNamespace: 'kube-system',
      namesKeyNamespace: true,
      applicationNamespaces: ['argocd', 'prelude'],
    });
    expect(readInstalled('sealedSecrets: {enabled: false}\nsecrets: {enabled: false}\n')).toEqual({ sealsByDefault: false, opensSealedSecrets: false, keyNamespace: 'prelude', namesKeyNamespace: false, applicationNamespaces: ['prelude'] });
  });

  it('of a controller that is left alone are those of the chart where they say nothing, and ours where nobody names them', () => {
    const opens = (values?: string): boolean => readChartValues({ isInstalled: false, ...(values === undefined ? {} : { values }) }, 'prelude').opensSealedSecrets;

    expect([opens(), opens('image: {tag: "1"}\n'), opens('sealedSecrets: {enabled: true}\n')]).toEqual([true, false, true]);
  });

  it.each([
    ['git: {enabled: false}', 'nobody would read the repository'],
    ['git: {applicationNamespaces: [argocd]}', 'git.applicationNamespaces must hold prelude'],
    ['git: {applicationNamespaces: argocd}', 'git.applicationNamespaces'],
    ['sealedSecrets: {enabled: sure}', 'sealedSecrets.enabled'],
    ['- a list', 'the values of the controller'],
    ['a: 1\n---\nb: 2', 'more than one document'],
    ['a: [', 'the values of the controller'],
  ])('%j are refused', (text, says) => {
    const read = (): unknown => readInstalled(text);

    expect(read).toThrow(BootstrapError);
    expect(read).toThrow(says);
  });
});
