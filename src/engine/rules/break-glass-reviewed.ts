import { type Static, Type } from '@sinclair/typebox';
import { defaulted, stringEnum } from '../../contract/schemas.js';
import { counted } from '../../shared/text.js';
import { needed } from './common/fault.js';
import type { ReviewInput } from './common/reviews.js';
import { firstOf, shown } from './common/text.js';
import type { Rule } from './rule.js';

/** Maximum number of reviews that a message names. */
const NAMED = 5;

const parameters = Type.Object(
  {
    while: defaulted(
      stringEnum(['overdue', 'open'] as const, {
        default: 'overdue',
        description: [
          '`overdue`: denies while a review is overdue, that is 7 days after the glass was broken.',
          '`open`: denies from the moment at which the glass was broken until it is reviewed',
        ].join(' '),
      }),
    ),
  },
  { additionalProperties: false },
);

type Parameters = Static<typeof parameters>;

const named = ({ id, version, environment, dueAt }: ReviewInput) =>
  `${shown(version)} in ${shown(environment)}, due ${dueAt.slice(0, 10)} (${shown(id)})`;

/** Each break-glass of the project was reviewed in time, by a person who neither asked for it nor confirmed it. */
export const breakGlassReviewed: Rule<Parameters> = {
  name: 'break-glass-reviewed',
  summary: 'Every break-glass of the project was reviewed, or its review is not overdue',
  parameters,
  example: { while: 'overdue' },
  needs: () => ({ reviews: true }),
  outside: true,
  // Otherwise those who broke the glass could wait the review away.
  waivable: false,
  evaluate(given, input) {
    const all = needed(input.reviews, 'the reviews of break-glasses');
    if (input.rollback) return { status: 'pass', message: 'A rollback waits for no review' };
    const missing = given.while === 'open' ? all : all.filter(({ overdue }) => overdue);
    if (missing.length === 0) {
      const message =
        given.while === 'open' ? 'No break-glass waits for its review' : 'No review is overdue';
      return { status: 'pass', message };
    }
    const state = given.while === 'open' ? 'is missing' : 'is overdue';
    const many = given.while === 'open' ? 'are missing' : 'are overdue';
    return {
      status: 'fail',
      message: [
        `${counted(missing.length, 'review')} of break-glass ${missing.length === 1 ? state : many}: ${firstOf(missing.map(named), NAMED)}`,
        'A person who neither broke the glass nor confirmed it writes the review: POST /break-glass/{id}/review',
      ].join('. '),
    };
  },
};
