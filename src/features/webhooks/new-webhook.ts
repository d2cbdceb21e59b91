import { ANONYMOUS, type Caller, type Projects, projectsFor } from '../../access/caller.js';
import { comparable, namesOfCaller } from '../../access/four-eyes.js';
import type { ChangeContext } from '../../events/index.js';
import { AppError, type FieldError, invalid } from '../../shared/app-error.js';
import { OF_NO_PROJECT } from './told.js';
import { currentWebhooks } from './webhook.js';
import {
  type CreateWebhook,
  MAX_OF_CREATOR,
  MAX_WEBHOOKS,
  type Webhook,
} from './webhooks.schemas.js';

/** A webhook of some projects is never told of what belongs to none. @throws {AppError} `validation-failed` */
export function checkEvents({ events, projects }: CreateWebhook): void {
  if (projects === null) return;
  const errors = events.flatMap((type, index): FieldError[] =>
    OF_NO_PROJECT.has(type)
      ? [
          {
            in: 'body',
            pointer: `/events/${index}`,
            message: `must be absent if projects is given: ${type} belongs to no project, so this webhook would never be told of it`,
          },
        ]
      : [],
  );
  if (errors.length > 0) throw invalid(errors);
}

const overlap = (one: Projects, other: Projects) =>
  one === null || other === null || one.some((id) => other.includes(id));

/** Whether the receiver would be sent the same event twice for the same reason. */
const isSame = (one: Webhook, { url, events, projects }: CreateWebhook) =>
  one.url === url &&
  one.events.length === events.length &&
  events.every((type) => one.events.includes(type)) &&
  overlap(one.projects, projects);

const full = (detail: string) =>
  new AppError('quota-exceeded', `${detail}. Revoke some: DELETE /webhooks/{id}`);

/** Without authentication nobody can be told from others, so the limit of all is that of each. */
function isFullFor(caller: Caller, all: readonly Webhook[]): boolean {
  if (caller.subject === ANONYMOUS.subject) return false;
  const names = new Set(namesOfCaller(caller));
  return all.filter(({ createdBy }) => names.has(comparable(createdBy))).length >= MAX_OF_CREATOR;
}

/**
 * Checks that there is room for the webhook, and that the caller reaches none that is the same. Call it in the turn of
 * those who create webhooks.
 * @param input with the URL as it is stored
 * @throws {AppError} `quota-exceeded`, `webhook-exists`
 */
export async function checkNew(
  changing: ChangeContext,
  caller: Caller,
  input: CreateWebhook,
): Promise<void> {
  const all = await currentWebhooks(changing, null);
  if (all.length >= MAX_WEBHOOKS) {
    throw full(`The server has ${MAX_WEBHOOKS} webhooks, which is the maximum`);
  }
  if (isFullFor(caller, all)) {
    throw full(
      `${caller.subject} created ${MAX_OF_CREATOR} webhooks, which is the maximum of a caller`,
    );
  }
  // Others do not exist for the caller.
  const reached = await currentWebhooks(changing, projectsFor(caller, 'webhooks:write'));
  const same = reached.find((one) => isSame(one, input));
  if (!same) return;
  const detail = [
    `Webhook ${same.id} has this URL and these events for the same projects, so its receiver would be told of each event twice`,
    `Use it: GET /webhooks/${same.id}. Or revoke it first: DELETE /webhooks/${same.id}`,
  ].join('. ');
  throw new AppError('webhook-exists', detail);
}
