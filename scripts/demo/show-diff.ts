import type { Api } from './api.js';
import { say } from './terminal.js';

interface Changed {
  readonly name: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

interface Defect {
  readonly type: string;
  readonly severity: string;
  readonly rule: string;
  readonly title: string | null;
}

type Counts = Readonly<Record<string, number>>;

interface Diff {
  readonly components: { readonly counts: Counts; readonly upgraded: readonly Changed[] };
  readonly findings: {
    readonly counts: Counts;
    readonly fixed: readonly Defect[];
    readonly new: readonly Defect[];
  };
}

const counted = (counts: Counts) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ') || 'none';

/** Prints the difference between two releases. */
export async function showDiff(api: Api, from: string, to: string): Promise<void> {
  const { body } = await api.call<Diff>('GET', `/releases/${from}/diff/${to}`);
  const { components, findings } = body;
  say.text(`components: ${counted(components.counts)}`);
  for (const { name, from: old, to: now } of components.upgraded) {
    say.good(`upgraded: ${name} ${old.join(', ')} → ${now.join(', ')}`);
  }
  say.text(`findings: ${counted(findings.counts)}`);
  for (const { type, severity, rule, title } of findings.fixed) {
    say.good(`fixed: ${severity} ${type} ${rule}${title ? `, ${title}` : ''}`);
  }
  for (const { severity, rule } of findings.new) say.bad(`new: ${severity} ${rule}`);
}
