/**
 * How the passwords of the Master Password algorithm look, by their kind: one character stands for a choice of several. The layouts of a
 * kind are in an order of their own, on which the passwords depend.
 */
export const passwordLayouts: ReadonlyMap<string, readonly string[]> = new Map([
  ['maximum', ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno']],
  [
    'long',
    words(`
      CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv
      CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv
      CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno
    `),
  ],
  ['medium', ['CvcnoCvc', 'CvcCvcno']],
  ['short', ['Cvcn']],
  ['basic', ['aaanaaan', 'aannaaan', 'aaannaaa']],
  ['pin', ['nnnn']],
]);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

const vowels = 'aeiou';
const consonants = 'bcdfghjklmnpqrstvwxyz';
const letters = `${vowels.toUpperCase()}${vowels}${consonants.toUpperCase()}${consonants}`;
const digits = '0123456789';

/** What each character of a layout may become. */
export const symbols: ReadonlyMap<string, string> = new Map([
  ['V', vowels.toUpperCase()],
  ['C', consonants.toUpperCase()],
  ['v', vowels],
  ['c', consonants],
  ['a', letters],
  ['n', digits],
  ['o', "@&%?,=[]_:-+*$#!'^~;()/."],
  ['x', `${letters}${digits}!@#$%^&*()`],
]);
