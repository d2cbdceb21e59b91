import { loadConfig, loadDotEnv } from '../src/config/config.js';
import { openDatabase } from '../src/database/client.js';

/** A few example projects for a register that has none; a second run changes nothing. */
const EXAMPLES = [
  { name: 'Mon Projet', status: 'active', description: 'The first entry of every guide' },
  { name: 'Payment gateway', status: 'planned' },
  { name: 'Mobile app', status: 'active', description: 'iOS and Android' },
  { name: 'Legacy intranet', status: 'archived' },
];

loadDotEnv();
const config = loadConfig();
if (!config.DATABASE_URL) throw new Error('run this with: npm run db:seed');
const database = openDatabase(config.DATABASE_URL, config);
try {
  const existing = await database.prisma.project.count();
  const { count } =
    existing > 0 ? { count: 0 } : await database.prisma.project.createMany({ data: EXAMPLES });
  console.log(
    count > 0 ? `added ${count} projects` : `kept the ${existing} projects that are there`,
  );
} finally {
  await database.close();
}
