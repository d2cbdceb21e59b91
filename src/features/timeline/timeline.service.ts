import { mapPage, type Page, pageById } from '../../contract/page.js';
import { NEWEST } from '../../contract/position.js';
import { boundsOf, timeRange } from '../../contract/time-range.js';
import { type CallContext, query } from '../../database/context.js';
import { requireReleaseRef } from '../releases/index.js';
import { sentenceOf } from './sentence.js';
import type { TimelineEntry, TimelineQuery } from './timeline.schemas.js';
import { TIMELINE } from './timeline.sql.js';

interface Row {
  readonly id: string;
  readonly time: Date;
  readonly type: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly releaseId: string | null;
  readonly actor: string;
  readonly data: string;
}

function toEntry({ subjectKind, subjectId, data: json, ...row }: Row): TimelineEntry {
  const data: Record<string, unknown> = JSON.parse(json);
  return {
    ...row,
    subject: { kind: subjectKind, id: subjectId },
    environment: typeof data.environment === 'string' ? data.environment : null,
    text: sentenceOf({ ...row, subjectKind, data }),
    data,
  };
}

export type TimelineService = ReturnType<typeof timelineService>;

/** What happened to a release, from the events. */
export function timelineService() {
  return {
    /** Lists the newest first. @throws {AppError} `release-not-found` */
    async list(
      context: CallContext,
      releaseId: string,
      request: TimelineQuery,
    ): Promise<Page<TimelineEntry>> {
      const { limit, cursor, environment = null } = request;
      const { id, projectId } = await requireReleaseRef(context, 'events:read', releaseId);
      const before = cursor ?? NEWEST[1];
      const bounds = boundsOf(timeRange(request));
      const values = [id, projectId, environment, ...bounds, before, limit + 1];
      const rows = await query<Row>(context, TIMELINE, values);
      return mapPage(pageById(rows, limit), toEntry);
    },
  };
}
