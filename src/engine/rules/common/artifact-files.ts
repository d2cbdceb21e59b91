import { FILE, lastSegment } from '../../../vocabulary/artifact-names.js';
import type { Target } from '../../../vocabulary/coverage.js';
import type { ArtifactInput } from '../rule.js';

/** The artifacts by the names of their files, which several can have. */
const filesOf = new WeakMap<readonly ArtifactInput[], ReadonlyMap<string, ArtifactInput[]>>();

function filesIn(artifacts: readonly ArtifactInput[]): ReadonlyMap<string, ArtifactInput[]> {
  const known = filesOf.get(artifacts);
  if (known) return known;
  const files = new Map<string, ArtifactInput[]>();
  for (const artifact of artifacts) {
    const name = lastSegment(artifact.name);
    const same = files.get(name);
    if (same) same.push(artifact);
    else files.set(name, [artifact]);
  }
  filesOf.set(artifacts, files);
  return files;
}

/**
 * The artifacts that a document without digests is about, if all that it is about are files with the names of
 * artifacts: a scan of `app-linux.tgz` is not a scan of `app-windows.zip`. Empty if it is about anything else.
 */
export function artifactsNamed(
  targets: readonly Target[],
  artifacts: readonly ArtifactInput[],
): ReadonlySet<ArtifactInput> {
  const found = new Set<ArtifactInput>();
  for (const { type, name = '' } of targets) {
    const file = lastSegment(name);
    const same =
      (type === 'files' || type === 'other') && FILE.test(file) && filesIn(artifacts).get(file);
    if (!same) return new Set();
    for (const artifact of same) found.add(artifact);
  }
  return found;
}
