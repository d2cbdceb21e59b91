import { createDatabase } from './databases.js';
import { gateCosts } from './gate.js';
import { progress, row, table, us, verdict } from './report.js';
import { startServer } from './servers.js';

/** What `/assert` costs beside a read, and that it does not grow. */
async function gate(url: string, dataFolder: string): Promise<void> {
  const server = await startServer('dist/server.js', { DATABASE_URL: url });
  progress('measuring the gate');
  const costs = await gateCosts(server, dataFolder);
  await server.stop();
  const [read, few] = costs;
  if (!read || !few) throw new Error('nothing was measured');
  table('CPU µs a request', 'program', 'with PostgreSQL', 'ratio', 'goal', '', 'p50 / p99 ms');
  for (const { name, goal, program, both } of costs) {
    // The first question is compared with a read, all others with it.
    const ratio = program.cpuUs / (goal === few.goal ? read : few).program.cpuUs;
    const told =
      name === read.name ? ['', '', ''] : [ratio.toFixed(2), `≤ ${goal}`, verdict(ratio, goal)];
    row(name, us(program), us(both), ...told, `${program.p50Ms} / ${program.p99Ms}`);
  }
}

/** The gate. */
export async function ofGate(server: string, dataFolder: string): Promise<void> {
  await gate(await createDatabase(server, 'bench_gate', 0), dataFolder);
}
