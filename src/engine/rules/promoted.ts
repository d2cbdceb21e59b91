import { type Static, Type } from '@sinclair/typebox';
import { counted } from '../../shared/text.js';
import { promotionFault } from '../evaluate/promotion.js';
import { joined, shown } from './common/text.js';
import type { Rule } from './rule.js';

const parameters = Type.Object(
  {
    through: Type.Array(
      Type.String({
        pattern: '^[a-z][a-z0-9-]{0,62}$',
        'x-rule': 'must be the name of an environment',
      }),
      {
        minItems: 1,
        maxItems: 10,
        uniqueItems: true,
        description: 'Environments in which the release must have run before, all of them',
      },
    ),
    minimumHours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2160,
        default: 0,
        description: 'Hours that it must have run there without a break, as pipelines recorded it',
      }),
    ),
  },
  { additionalProperties: false },
);

type Parameters = Static<typeof parameters>;

const demandsOf = ({ through, minimumHours = 0 }: Parameters) =>
  through.map((environment) => ({ environment, minimumHours }));

/** The release ran in other environments first. What runs where is the word of the pipelines that recorded it. */
export const promoted: Rule<Parameters> = {
  name: 'promoted',
  summary: 'The release ran in other environments first, authorized and long enough',
  parameters,
  example: { through: ['staging'], minimumHours: 24 },
  outside: true,
  demands: demandsOf,
  evaluate(given, input) {
    const demands = demandsOf(given);
    const faults = demands.flatMap((demand) => promotionFault(input.promoted, demand) ?? []);
    if (faults.length > 0) return { status: 'fail', message: faults.join('. ') };
    const names = joined(given.through.map((name) => shown(name)));
    const hours = given.minimumHours ?? 0;
    const long = hours === 0 ? '' : `, each for ${counted(hours, 'hour')}`;
    return { status: 'pass', message: `It ran in ${names}${long}, as pipelines recorded it` };
  },
};
