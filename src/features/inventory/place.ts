import type { Whereabouts } from './components.sql.js';

/** Nests the release and project of a row, as the API returns them. */
export function nestPlace<Row extends Whereabouts>(row: Row) {
  const { projectId, projectName, releaseId, releaseVersion, releaseState, ...rest } = row;
  return {
    ...rest,
    release: { id: releaseId, version: releaseVersion, state: releaseState },
    project: { id: projectId, name: projectName },
  };
}
