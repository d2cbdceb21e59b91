/** Columns of a project in every response. */
export const COLUMNS =
  'id, name, status, description, created_at AS "createdAt", updated_at AS "updatedAt", ' +
  'created_by AS "createdBy", updated_by AS "updatedBy", version';
