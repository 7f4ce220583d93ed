import { describe, expect, it } from 'vitest';
import { BootstrapError } from './bootstrap-error.ts';
import { readChartValues } from './chart-values.ts';

describe('the values of the controller', () => {
  it('open SealedSecrets with the keys of the own namespace unless they say otherwise', () => {
    const own = { controllerClass: 'default', sealsByDefault: true, opensSealedSecrets: true, keyNamespace: 'prelude', applicationNamespaces: ['prelude'] };

    expect(readChartValues(undefined, 'prelude')).toEqual(own);
    expect(readChartValues('', 'prelude')).toEqual(own);
    expect(readChartValues('image: {tag: "1"}\n', 'prelude')).toEqual(own);
    expect(readChartValues('sealedSecrets: {enabled: true, keyNamespace: kube-system}\ngit: {applicationNamespaces: [argocd, prelude]}\nsecrets: {controllerClass: ours}\n', 'prelude')).toEqual({
      controllerClass: 'ours',
      sealsByDefault: false,
      opensSealedSecrets: true,
      keyNamespace: 'kube-system',
      applicationNamespaces: ['argocd', 'prelude'],
    });
    expect(readChartValues('sealedSecrets: {enabled: false}\nsecrets: {enabled: false}\n', 'prelude')).toEqual({ sealsByDefault: false, opensSealedSecrets: false, keyNamespace: 'prelude', applicationNamespaces: ['prelude'] });
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
    const read = (): unknown => readChartValues(text, 'prelude');

    expect(read).toThrow(BootstrapError);
    expect(read).toThrow(says);
  });
});
