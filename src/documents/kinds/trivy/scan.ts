import type { Target } from '../../../vocabulary/coverage.js';
import { DocumentFault } from '../../fault.js';
import type { StatedCommit } from '../../kind.js';
import { type Timed, timed } from '../common/instants.js';
import { reportedError } from '../common/reported-error.js';
import type { Part } from './entries.js';
import { type Cluster, checkCluster, checkReport, type Report, type Resource } from './schema.js';
import { clusterTargets, commitsOf, imagesTogether, targetsOf, unseenImageIn } from './targets.js';

/** A report, or the report of a cluster, in one form. */
export interface Scan {
  readonly document: Report | Cluster;
  readonly toolVersion?: string | undefined;
  readonly specVersion?: string | undefined;
  readonly parts: readonly Part[];
  /** What the tool reports to have failed. */
  readonly failures: readonly string[];
  /** Why the silence of the report shows nothing. */
  readonly incomplete?: string | undefined;
  /** Of a cluster. `trivy k8s` can scan some of them, such as one namespace. */
  readonly resources?: readonly string[];
  /** Resources of a cluster without a result and without an error. */
  readonly unscanned?: number | undefined;
  /** An image in the cluster without a result of its packages. */
  readonly unseenImage?: string | undefined;
  /** Ids of the images of a cluster that are together in one entry. */
  readonly imagesTogether?: readonly string[] | undefined;
  /** The report of a cluster without any resource. */
  readonly empty?: boolean | undefined;
  readonly time?: Timed;
  readonly commits?: readonly StatedCommit[];
  /** @param document with its secrets masked */
  targets(document: unknown): Target[];
}

const LISTS = ['Resources', 'Findings', 'Vulnerabilities', 'Misconfigurations'] as const;

/** Whether a document is a report of `trivy k8s`. One without any resource has no list. */
export function isCluster(document: unknown): boolean {
  const top: Record<string, unknown> = Object(document);
  if (typeof top.ClusterName !== 'string') return false;
  if (LISTS.some((name) => Array.isArray(top[name]))) return true;
  return Object.keys(top).every((name) => name === 'ClusterName' || name === 'SchemaVersion');
}

const nameOf = ({ Namespace, Kind, Name }: Resource) =>
  [Namespace, Kind, Name].filter(Boolean).join('/');

/** Trivy names the manifest of a resource without its namespace, and the packages of an image without the resource. */
function qualified(target: string | null | undefined, resource: Resource): string {
  const name = nameOf(resource);
  return !target || target === `${resource.Kind}/${resource.Name}` ? name : `${name}: ${target}`;
}

function* partsOf(resources: readonly Resource[], pointer: string): Generator<Part> {
  for (const [i, resource] of resources.entries()) {
    for (const [j, result] of (resource.Results ?? []).entries()) {
      const Target = qualified(result.Target, resource).slice(0, 2000);
      yield { result: { ...result, Target }, pointer: `${pointer}/${i}/Results/${j}` };
    }
  }
}

const SUMMARY =
  'it is a summary, which leaves out the resources whose scan failed. Use `trivy k8s --report all --format json`';

function clusterScan(document: unknown): Scan {
  const cluster = checkCluster(document);
  const lists = LISTS.map((name) => ({ name, resources: cluster[name] ?? [] }));
  const all = lists.flatMap(({ resources }) => resources);
  return {
    document: cluster,
    parts: lists.flatMap(({ name, resources }) => [...partsOf(resources, `/${name}`)]),
    failures: all.flatMap((resource) =>
      resource.Error ? [`${nameOf(resource)}: ${resource.Error}`] : [],
    ),
    incomplete: cluster.Findings
      ? SUMMARY
      : reportedError(document, [...all, ...all.flatMap(({ Results }) => Results ?? [])]),
    resources: all.map(nameOf),
    unscanned: all.filter(({ Results, Error: error }) => !Results?.length && !error).length,
    unseenImage: unseenImageIn(all),
    imagesTogether: imagesTogether(all),
    empty: all.length === 0,
    targets: (masked) => {
      const copy = Object(masked) as Cluster;
      const resources = LISTS.flatMap((name) => copy[name] ?? []);
      return clusterTargets(copy.ClusterName, resources);
    },
  };
}

function reportScan(document: unknown): Scan {
  const report = checkReport(document);
  return {
    document: report,
    toolVersion: report.Trivy?.Version || undefined,
    specVersion: String(report.SchemaVersion),
    parts: (report.Results ?? []).map((result, i) => ({ result, pointer: `/Results/${i}` })),
    failures: [],
    incomplete: reportedError(document, report.Results ?? []),
    time: timed(report.CreatedAt),
    commits: commitsOf(document),
    targets: targetsOf,
  };
}

/** @throws {DocumentFault} if the document is not a report, or both sorts of report */
export function scanOf(document: unknown): Scan {
  if (!isCluster(document)) return reportScan(document);
  if (Object(document).Results != null)
    throw new DocumentFault(
      'has the lists of a cluster and of one target, so it was changed. Upload the output of trivy unchanged',
    );
  return clusterScan(document);
}
