import type { Target } from '../../../vocabulary/coverage.js';
import type { StatedCommit } from '../../kind.js';
import { commitOfLabel, REVISION } from '../common/commits.js';
import { digestIn, sha256Of, targetOf } from '../common/subject.js';
import { objectsOf, textOf } from '../common/texts.js';
import type { BomSubject } from './schema.js';

/** The digests in the values of properties with this name. */
export function propertiesOf({ properties }: BomSubject, wanted: string): string[] {
  return objectsOf(properties).flatMap(({ name, value }) =>
    name === wanted ? digestIn(textOf(value)) : [],
  );
}

/** Labels of the image, as Trivy and Syft write them. */
const LABELS = [`aquasecurity:trivy:Labels:${REVISION}`, `syft:image:labels:${REVISION}`];

/** The commit in the label of the image. */
export function commitsOf(subject: BomSubject | null | undefined): StatedCommit[] {
  const [target] = targetsOf(subject);
  return objectsOf(subject?.properties).flatMap(({ name, value }) =>
    LABELS.some((label) => label === name) ? commitOfLabel(textOf(value), target) : [],
  );
}

/** What the document is about (`metadata.component`). */
export function targetsOf(subject: BomSubject | null | undefined): Target[] {
  if (!subject) return [];
  const [group, own] = [textOf(subject.group), textOf(subject.name)];
  const target = targetOf({
    type: textOf(subject.type)?.toLowerCase(),
    name: group && own ? `${group}/${own}` : own,
    purl: textOf(subject.purl),
    version: textOf(subject.version),
    hashes: objectsOf(subject.hashes).flatMap(({ alg, content }) =>
      sha256Of(textOf(alg), textOf(content)),
    ),
    digests: propertiesOf(subject, 'aquasecurity:trivy:RepoDigest'),
    otherDigests: propertiesOf(subject, 'aquasecurity:trivy:ImageID'),
  });
  return [target];
}
