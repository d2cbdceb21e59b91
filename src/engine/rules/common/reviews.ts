/** A break-glass of the project that nobody reviewed. */
export interface ReviewInput {
  /** Id of the break-glass. */
  readonly id: string;
  readonly environment: string;
  /** Version of its release. */
  readonly version: string;
  /** ISO 8601: when its review is due. */
  readonly dueAt: string;
  readonly overdue: boolean;
}
