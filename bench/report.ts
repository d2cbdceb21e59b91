import type { Measured } from './routes.js';

/** Markdown, as it goes into docs/performance.md. */
/** A line of the report. */
export const out = (line = '') => process.stdout.write(`${line}\n`);
/** What is being done, beside the report. */
export const progress = (line: string) => process.stderr.write(`${line}\n`);
export const verdict = (value: number, goal: number) => `${value <= goal ? 'met' : '**missed**'}`;
export const row = (...cells: (string | number)[]) => out(`| ${cells.join(' | ')} |`);
/** The head of a table. */
export function table(...heads: string[]): void {
  out();
  row(...heads);
  row(...heads.map((_head, index) => (index === 0 ? '---' : '---:')));
}

export const us = ({ cpuUs, noisy }: Measured) => `${cpuUs.toFixed(1)}${noisy ? ' (noisy)' : ''}`;
