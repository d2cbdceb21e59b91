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

const counted = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ') || 'none';

/** Prints the difference between two releases. */
export async function showDiff(api: Api, from: string, to: string): Promise<void> {
  const { body } = await api.call('GET', `/releases/${from}/diff/${to}`);
  const { components, findings } = body;
  say.text(`components: ${counted(components.counts)}`);
  for (const { name, from: old, to: now } of components.upgraded as Changed[]) {
    say.good(`upgraded: ${name} ${old.join(', ')} → ${now.join(', ')}`);
  }
  say.text(`findings: ${counted(findings.counts)}`);
  for (const { type, severity, rule, title } of findings.fixed as Defect[]) {
    say.good(`fixed: ${severity} ${type} ${rule}${title ? `, ${title}` : ''}`);
  }
  for (const { severity, rule } of findings.new as Defect[]) say.bad(`new: ${severity} ${rule}`);
}
