import { createDatabase } from './databases.js';
import { gateCosts } from './gate.js';
import { progress, row, table, us, verdict } from './report.js';
import { startServer } from './servers.js';

/** Compares `/assert` with reading a release, and `/assert` of large releases with a small one. */
async function gate(url: string, dataFolder: string): Promise<void> {
  const server = await startServer('dist/server.js', { DATABASE_URL: url });
  progress('measuring the gate');
  const costs = await gateCosts(server, dataFolder);
  await server.stop();
  const [read, few] = costs;
  if (!read || !few) throw new Error('nothing was measured');
  table('CPU µs a request', 'program', 'with PostgreSQL', 'ratio', 'goal', '', 'p50 / p99 ms');
  for (const { name, goal, program, both } of costs) {
    // The small release is compared with the read; all others are compared with the small release.
    const ratio = program.cpuUs / (goal === few.goal ? read : few).program.cpuUs;
    const result =
      name === read.name ? ['', '', ''] : [ratio.toFixed(2), `≤ ${goal}`, verdict(ratio, goal)];
    row(name, us(program), us(both), ...result, `${program.p50Ms} / ${program.p99Ms}`);
  }
}

/** Measures the gate. */
export async function ofGate(server: string, dataFolder: string): Promise<void> {
  await gate(await createDatabase(server, 'bench_gate', 0), dataFolder);
}
