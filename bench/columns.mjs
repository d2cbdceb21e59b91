/** What every answer has of a project. */
export const COLUMNS =
  'id, name, status, description, created_at AS "createdAt", updated_at AS "updatedAt", ' +
  'created_by AS "createdBy", updated_by AS "updatedBy", version';
