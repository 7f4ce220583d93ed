const categories = 'C Cc Cf Cn Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs';

/** Scripts of one word. Go looks a name up without its underscores, so it finds no others. */
const scripts = `Adlam Ahom Arabic Armenian Avestan Balinese Bamum Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Carian Chakma
  Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari Dogra Duployan Elbasan Elymaic Ethiopic Georgian
  Glagolitic Gothic Grantha Greek Gujarati Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana Inherited Javanese Kaithi Kannada Katakana
  Kawi Kharoshthi Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen
  Medefaidrin Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari Newa Nko Nushu Ogham Oriya Osage Osmanya Palmyrene Phoenician
  Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham Sinhala Sogdian Soyombo Sundanese Syriac Tagalog Tagbanwa Takri Tamil Tangsa
  Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Yezidi Yi`;

/** What categories are called in words, without separators. */
const aliases = `Casedletter=Lc Closepunctuation=Pe Combiningmark=M Connectorpunctuation=Pc Control=Cc Currencysymbol=Sc Dashpunctuation=Pd
  Decimalnumber=Nd Enclosingmark=Me Finalpunctuation=Pf Format=Cf Initialpunctuation=Pi Letter=L Letternumber=Nl Lineseparator=Zl
  Lowercaseletter=Ll Mark=M Mathsymbol=Sm Modifierletter=Lm Modifiersymbol=Sk Nonspacingmark=Mn Number=N Openpunctuation=Ps Other=C
  Otherletter=Lo Othernumber=No Otherpunctuation=Po Othersymbol=So Paragraphseparator=Zp Privateuse=Co Punctuation=P Separator=Z
  Spaceseparator=Zs Spacingmark=Mc Surrogate=Cs Symbol=S Titlecaseletter=Lt Unassigned=Cn Uppercaseletter=Lu Cntrl=Cc Digit=Nd Punct=P`;

/** The engine's names by Go's. */
const names: ReadonlyMap<string, string> = new Map([
  ...`Any Ascii Assigned Lc ${categories} ${scripts}`.split(/\s+/).map((name) => [name, name] as const),
  ...aliases.split(/\s+/).map((alias) => {
    const [name = '', category = ''] = alias.split('=');
    return [name, category] as const;
  }),
]);

/**
 * What the engine calls the class of characters that Go calls `name`, as in `\p{name}`: Go cares for neither case nor separators.
 * @returns undefined where there is none
 */
export function unicodeClass(name: string): string | undefined {
  const joined = name.replaceAll(/[ _-]/g, '');
  // only the letters of ASCII are folded
  const folded = joined.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return names.get(folded);
}
