import type { Measured } from './routes.js';

/** Writes a line of the report: Markdown for docs/performance.md. */
export const out = (line = '') => process.stdout.write(`${line}\n`);
/** Writes a line of progress to standard error. */
export const progress = (line: string) => process.stderr.write(`${line}\n`);
export const verdict = (value: number, goal: number) => `${value <= goal ? 'met' : '**missed**'}`;
export const row = (...cells: (string | number)[]) => out(`| ${cells.join(' | ')} |`);
/** Writes the head of a table. */
export function table(...heads: string[]): void {
  out();
  row(...heads);
  row(...heads.map((_head, index) => (index === 0 ? '---' : '---:')));
}

export const us = ({ cpuUs, noisy }: Measured) => `${cpuUs.toFixed(1)}${noisy ? ' (noisy)' : ''}`;
