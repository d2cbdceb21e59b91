import type { PageServices } from '../../features/services.js';
import { en } from '../texts/en.js';
import { Badge, Time, type Tone } from './basics.js';

export type Approval = Awaited<ReturnType<PageServices['listApprovals']>>['items'][number];

function toneOf({ state, decision }: Approval): Tone {
  if (state !== 'given') return 'quiet';
  return decision === 'approve' ? 'good' : 'bad';
}

/** What people said, with what holds of it. */
export const Approvals = ({ items }: { items: readonly Approval[] }) => (
  <ul class="rows">
    {items.map((one) => (
      <li key={one.id}>
        <Badge tone={toneOf(one)}>
          {one.state === 'given'
            ? en.approvals.decisions[one.decision]
            : en.approvals.states[one.state]}
        </Badge>
        <div>
          <strong>{one.person}</strong> {en.approvals.for(one.environment)},{' '}
          <Time at={one.givenAt} />
          {one.reason !== null && <div>{one.reason}</div>}
          {[...one.because, ...(one.withdrawReason === null ? [] : [one.withdrawReason])].map(
            (why) => (
              <div class="quiet" key={why}>
                {why}
              </div>
            ),
          )}
        </div>
      </li>
    ))}
  </ul>
);
