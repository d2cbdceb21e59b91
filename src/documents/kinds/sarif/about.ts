import type { Target } from '../../../vocabulary/coverage.js';
import type { StatedCommit } from '../../kind.js';
import type { About } from '../common/coverage.js';
import { fieldOf, textField } from '../common/fields.js';
import { earliestOf, type Timed } from '../common/instants.js';
import { driverOf } from './drivers.js';
import { lookedAtIn } from './looked.js';
import { listOf } from './properties.js';
import type { Run } from './schema.js';
import { isOfFiles } from './tools.js';

/** Maximum number of repositories of a run. */
const MAX_REPOSITORIES = 10;

/**
 * The category of a run: all components of its id except the last, which names this one run (3.17.3). An id with one
 * component is kept, because tools and pipelines write a category there.
 */
function categoryOf({ automationDetails }: Run): string | undefined {
  const id = textField(automationDetails, 'id')?.slice(0, 500);
  if (!id) return undefined;
  const end = id.lastIndexOf('/');
  return (end > 0 ? id.slice(0, end) : id).replace(/^\/+/, '') || undefined;
}

const digestsIn = (references: unknown) =>
  listOf(references).flatMap((reference) =>
    typeof reference === 'string' ? [reference.slice(reference.lastIndexOf('@') + 1)] : [],
  );

/** The image that Trivy scanned. */
function imageOf({ properties }: Run): Target | undefined {
  const name = textField(properties, 'imageName');
  if (!name) return undefined;
  const id = textField(properties, 'imageID');
  return {
    type: 'image',
    name,
    digests: digestsIn(fieldOf(properties, 'repoDigests')),
    ...(id && { otherDigests: [id] }),
  };
}

/** Without user and password, which differ from run to run. */
const bare = (uri: string) =>
  uri
    .slice(0, 500)
    .replace(/^(\w{1,20}:\/\/)[^/@]*@/, '$1')
    .replace(/\.git$/, '');

/** Repositories that were scanned (3.14.13). */
function repositoriesOf({ versionControlProvenance }: Run): Target[] {
  return listOf(versionControlProvenance)
    .slice(0, MAX_REPOSITORIES)
    .flatMap((details) => {
      const uri = textField(details, 'repositoryUri');
      return uri ? [{ type: 'repository' as const, name: bare(uri) }] : [];
    });
}

/** The commits of the repositories, of which submodules have their own (3.23.4). */
export function commitsOf({ versionControlProvenance }: Run): StatedCommit[] {
  const ids = listOf(versionControlProvenance)
    .slice(0, MAX_REPOSITORIES)
    .flatMap((details) => textField(details, 'revisionId') ?? []);
  return ids.length > 0 ? [{ ids, isSure: true }] : [];
}

/** Folders for temporary files, whose names differ from run to run. */
const TEMPORARY = /^file:\/\/\/?(?:tmp|var\/folders|private\/tmp|.*\/temp)\//i;

/**
 * The folder that was scanned (3.14.14): its last two names, because where a runner puts it differs from runner to
 * runner. It is a place and not a name: most pipelines have one for all folders.
 */
function folderOf({ originalUriBaseIds }: Run): Target[] {
  const bases = Object.values(Object(originalUriBaseIds)).slice(0, 100);
  const uris = bases.flatMap((base) => textField(base, 'uri') ?? []);
  const uri = uris.find((text) => /^file:/i.test(text) && text.length < 2000);
  if (!uri || TEMPORARY.test(uri)) return [];
  const names = uri
    .replace(/^file:\/*/i, '')
    .split('/')
    .filter(Boolean);
  const name = names.slice(-2).join('/').replace(/@\d+$/, '');
  return name ? [{ type: 'files', name: `…/${name}` }] : [];
}

function targetsOf(run: Run): Target[] {
  const category = categoryOf(run);
  const image = imageOf(run);
  const places = [...repositoriesOf(run), ...folderOf(run)];
  // Some tools look at files without naming them.
  const unnamed = isOfFiles(driverOf(run).means) ? [{ type: 'files' as const }] : [];
  const what = image ? [image] : places.length > 0 ? places : unnamed;
  return [...what, ...(category ? [{ type: 'other' as const, name: category }] : [])];
}

/** When the tool ran (3.20.7, 3.20.8). Of several invocations, the first one counts. */
function timeOf({ invocations }: Run): Timed {
  const times = listOf(invocations).map(
    (invocation) => fieldOf(invocation, 'endTimeUtc') || fieldOf(invocation, 'startTimeUtc'),
  );
  return earliestOf(times);
}

/** What a run tells about its targets, its time and how much was looked at. */
export function aboutRun(run: Run): About {
  const of = targetsOf(run);
  const lookedAt = lookedAtIn(run);
  return {
    ...(of.length > 0 && { of }),
    ...(lookedAt !== undefined && { lookedAt }),
    ...timeOf(run),
  };
}
