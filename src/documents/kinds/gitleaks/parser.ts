import { refuseTooMany } from '../../fault.js';
import type { DocumentParser, Finding, ParseContext } from '../../kind.js';
import { covered } from '../common/coverage.js';
import { fieldOf } from '../common/fields.js';
import { secretFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { withoutSecrets } from '../common/mask.js';
import { maskLeaks } from './masking.js';
import { check, type Leak } from './schema.js';
import { ratingWord } from './severities.js';

const text = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Gitleaks writes `REDACTED` instead of a secret with `--redact`. */
const isKnown = (value: unknown): value is string => text(value) && !value.includes('REDACTED');

/**
 * Distinguishes secrets of one rule in one file: by the secret itself, or, if it is redacted, by Gitleaks'
 * fingerprint. That fingerprint contains commit and line. A redacted secret that moves becomes a new finding, but two
 * never merge into one.
 */
function identityOf(leak: Leak): string {
  const { Secret, Match, Fingerprint, Commit, StartLine, StartColumn } = leak;
  if (isKnown(Secret)) return Secret;
  if (isKnown(Match)) return Match;
  return text(Fingerprint) ? Fingerprint : JSON.stringify([Commit, StartLine, StartColumn]);
}

/** The commit and its date, strictly checked so that they cannot contain the secret. */
function messageOf({ Commit, Date: date }: Leak): string | undefined {
  if (!text(Commit) || !/^[0-9a-f]{7,64}$/i.test(Commit)) return undefined;
  const day = /^\d{4}-\d{2}-\d{2}(?=T|$)/.exec(date ?? '')?.[0];
  return `In commit ${Commit.slice(0, 12)}${day ? ` of ${day}` : ''}`;
}

/** Texts of the findings, with every secret of the document masked. */
function cleanTexts(leaks: readonly Leak[], secrets: Iterable<string>) {
  const texts = leaks.map(({ Description, File, Link }) => [Description, File, Link]);
  return withoutSecrets(texts, secrets) as (string | null | undefined)[][];
}

function findingOf(leak: Leak, shown: readonly unknown[], { secretKey }: ParseContext): Finding {
  const [title, location, url] = shown;
  const { RuleID: rule, StartLine: line, Secret: secret } = leak;
  const file = leak.File ?? '';
  // The file name is hashed without a key, so it must not contain the secret.
  const named = withoutSecrets(file, text(secret) ? [secret] : []) as string;
  return {
    type: 'secret',
    severity: ratingWord(leak.Tags),
    rule,
    title: text(title) ? title : undefined,
    message: messageOf(leak),
    location: text(location) ? location : undefined,
    line: line && line > 0 ? Math.trunc(line) : undefined,
    url: text(url) ? webLink(url) : undefined,
    fingerprint: secretFingerprint(rule, named, identityOf(leak), secretKey),
  };
}

export const parser: DocumentParser = {
  version: 3,

  recognizes(document) {
    const first: unknown = Array.isArray(document) ? document[0] : undefined;
    const has = (name: string) => typeof fieldOf(first, name) === 'string';
    return has('RuleID') && (has('Secret') || has('Match') || has('Fingerprint'));
  },

  parse(document, context) {
    const leaks = check(document) ?? [];
    refuseTooMany(leaks.length, 'findings');
    // An empty list shows nothing by itself. That it is a report, and that Gitleaks ran, is the word of the caller, who
    // named the kind.
    if (leaks.length === 0)
      return {
        tool: 'gitleaks',
        coverage: [covered('secret', { declared: true })],
        findings: [],
      };
    const { masked, secrets } = maskLeaks(leaks);
    const shown = cleanTexts(leaks, secrets);
    return {
      tool: 'gitleaks',
      coverage: [covered('secret')],
      findings: leaks.map((leak, i) => findingOf(leak, shown[i] ?? [], context)),
      masked,
    };
  },
};
