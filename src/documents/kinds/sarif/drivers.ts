import { textField } from '../common/fields.js';
import type { Run } from './schema.js';
import { isKnownTool, nameMeans, type Purpose, purposeOf } from './tools.js';

/** A tool by all that its driver says of it (3.19). */
export interface Driver {
  readonly name: string;
  readonly purpose: Purpose;
  /** Whether the server knows what it looks for. */
  readonly isKnown: boolean;
  /** The name that tells what it is: that of the tool itself, if it was given another name. */
  readonly means: string;
  /** Another tool that it names, if it has the name of one and names another one. */
  readonly other: string | undefined;
}

/** `gitleaks` of `https://github.com/gitleaks/gitleaks`. Other pages belong to vendors of several tools. */
const REPOSITORY =
  /^https?:\/\/(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org)\/[\w.-]{1,100}\/([\w.-]{1,100}?)(?:\.git)?(?:[/?#]|$)/i;

function othersOf(driver: Run['tool']['driver']): string[] {
  const uri = textField(driver, 'informationUri')?.slice(0, 500) ?? '';
  const repository = REPOSITORY.exec(uri)?.[1];
  return [driver.fullName ?? '', repository ?? ''].filter(Boolean);
}

/**
 * Vendors give tools their own names. What such a tool reports is of the type of the tool that its full name or its
 * address names, so that a secret is masked. Its silence shows nothing, because its name is not known. A driver that
 * names two tools is neither of them.
 */
export function driverOf({ tool: { driver } }: Run): Driver {
  const { name } = driver;
  const others = othersOf(driver);
  const own = nameMeans(name);
  const isKnown = isKnownTool(name);
  const telling = others.find((one) => nameMeans(one) !== undefined);
  const means = own === undefined && !isKnown && telling ? telling : name;
  const other = isKnown ? others.find((one) => (nameMeans(one) ?? own) !== own) : undefined;
  return { name, purpose: purposeOf(means), isKnown: isKnown && other === undefined, means, other };
}
