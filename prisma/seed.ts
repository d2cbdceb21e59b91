import { ANONYMOUS } from '../src/access/caller.js';
import { loadConfig, loadDotEnv } from '../src/config/config.js';
import { databaseAccess } from '../src/database/access.js';
import { openDatabase } from '../src/database/client.js';
import { callContext } from '../src/database/context.js';
import { projectsService } from '../src/features/projects/projects.service.js';

/** Example projects for a database without projects. A second run changes nothing. */
const EXAMPLES = [
  { name: 'Mon Projet', status: 'active', description: 'The first entry of every guide' },
  { name: 'Payment gateway', status: 'planned' },
  { name: 'Mobile app', status: 'active', description: 'iOS and Android' },
  { name: 'Legacy intranet', status: 'archived' },
];

loadDotEnv();
const config = loadConfig();
if (!config.DATABASE_URL) throw new Error('DATABASE_URL is not set. Run: npm run db:seed');
// As the server does: this needs no more.
const { url } = await databaseAccess({ ...config, MIGRATION_DATABASE_URL: undefined });
const database = openDatabase(url, config);
try {
  const existing = await database.prisma.project.count();
  if (existing === 0) {
    const context = callContext(database.store, { ...ANONYMOUS, subject: 'cli:seed' }, 'cli');
    const projects = projectsService();
    for (const project of EXAMPLES) await projects.create(context, project);
    console.log(`Created ${EXAMPLES.length} projects`);
  } else {
    console.log(`Created no projects: the database already has ${existing}`);
  }
} finally {
  await database.close();
}
