import type { CallContext } from '../../database/context.js';
import type { Summary } from '../../documents/parsing/summary.js';
import { AppError } from '../../shared/app-error.js';
import { strangeName, strangePackage } from '../../vocabulary/artifact-names.js';
import { indexed, otherDigest, type Subject } from '../../vocabulary/subject.js';
import type { UploadTarget } from './uploads.service.js';

/** More artifacts are not compared. A verdict compares all of them. */
const MAX_ARTIFACTS = 1000;

const SELECT = { name: true, kind: true, sha256: true, digests: true, purl: true } as const;

/** The artifacts of a release, or the one with this digest. */
export const subjectsOf = (
  { prisma }: Pick<CallContext, 'prisma'>,
  releaseId: string,
  sha256?: string | null,
): Promise<Subject[]> =>
  prisma.artifact.findMany({
    where: { releaseId, ...(typeof sha256 === 'string' && { sha256 }) },
    select: SELECT,
    take: MAX_ARTIFACTS,
  });

/**
 * Compares what a document is about with the artifacts of its release.
 * @returns warnings for the uploader
 * @throws {AppError} `subject-mismatch` if the document names digests, and none of them is of the upload's artifact
 */
export async function checkSubject(
  context: CallContext,
  { releaseId, artifactSha256 }: UploadTarget,
  { coverage }: Summary,
): Promise<string[]> {
  const targets = coverage.flatMap(({ of = [] }) => of);
  if (targets.length === 0) return [];
  const artifacts = await subjectsOf(context, releaseId, artifactSha256);
  const subjects = indexed(artifacts);
  const digest = otherDigest(targets, subjects);
  const purl = digest === undefined ? strangePackage(targets, subjects) : undefined;
  const name = digest === undefined ? strangeName(targets, subjects) : undefined;
  const [artifact] = artifacts;
  if (artifactSha256 === null || !artifact) {
    const other = digest ?? purl;
    if (other === undefined)
      return name === undefined
        ? []
        : [
            `The document names ${name}, and no artifact of this release has this name. Check that it is the same`,
          ];
    return [
      `The document is about ${other}, which is not an artifact of this release. It does not count as a scan of it`,
    ];
  }
  if (digest !== undefined) {
    const detail = [
      `The document is about ${digest}, and ${artifact.name} has the digest sha256:${artifact.sha256}`,
      'Upload it for the artifact that it is about. If both are the same artifact, such as an index and a platform,',
      'register both digests in a new release: digests in POST /releases/{id}/artifacts',
    ];
    throw new AppError('subject-mismatch', `${detail[0]}. ${detail.slice(1).join(' ')}`);
  }
  if (purl !== undefined)
    return [
      `The document is about ${purl}, and ${artifact.name} is ${artifact.purl}. It does not count as a scan of it`,
    ];
  if (name === undefined) return [];
  return [
    `The document names ${name}, and the artifact is ${artifact.name}. Check that it is the same`,
  ];
}
