import type { XmlElement } from '../../xml-element.js';
import { isTime } from '../junit/words.js';

type Known = ReadonlyMap<string, (text: string) => boolean>;

const anything = () => true;
const no = (text: string) => /^(?:false|0)?$/i.test(text);
const zero = (text: string) => /^0*$/.test(text);

/** Declarations of namespaces, and what XML itself and XML Schema define. */
const OF_XML = /^(?:xml|xsi)(?:ns)?(?::|$)/i;

const named = (names: string, check: (text: string) => boolean): [string, typeof check][] =>
  names.split(' ').map((name) => [name, check]);

/** The attributes that Visual Studio and VSTest write into a result, and what a test that passed has there. */
export const OF_RESULT: Known = new Map([
  ...named('executionid parentexecutionid testid testname testlistid testtype outcome', anything),
  ...named('computername datarowinfo resulttype relativeresultsdirectory', anything),
  ...named('relativetestoutputdirectory storage bucketid sequence', anything),
  ...named('duration starttime endtime', isTime),
  ...named('isaborted isfailed', no),
  ...named('processexitcode returncode errorcode', zero),
]);

/** Those of the whole run and its summary. */
export const OF_RUN: Known = new Map([
  ...named('id name runuser groupid outcome', anything),
  ...named('ispartialrun isaborted', no),
]);

/** An attribute that is not known, or that no run or test that passed has: `isAborted="true"`. */
export function unknownAttribute({ attributes }: XmlElement, known: Known): string | undefined {
  for (const [name, value] of attributes) {
    const text = value.trim();
    if (text === '' || OF_XML.test(name) || known.get(name.toLowerCase())?.(text)) continue;
    return `${name.slice(0, 50)}="${text.slice(0, 50)}"`;
  }
  return undefined;
}
