import type { PageServices } from '../../features/services.js';
import { en } from '../texts/en.js';
import { Badge, Time, type Tone } from './basics.js';
import { type Names, Project } from './deployments.js';

export type BreakGlass = Awaited<ReturnType<PageServices['listBreakGlass']>>['items'][number];

export const glassTone = (state: BreakGlass['state']): Tone =>
  state === 'reviewed' || state === 'unconfirmed' ? 'quiet' : 'bad';

/** Break-glasses, each with its page. */
export const Glasses = ({ items, names }: { items: readonly BreakGlass[]; names: Names }) => (
  <ul class="rows">
    {items.map((one) => (
      <li key={one.id}>
        <Badge tone={glassTone(one.state)}>{en.environments.glassStates[one.state]}</Badge>
        <div>
          <a href={`/ui/break-glass/${one.id}`} class="strong">
            {one.reason}
          </a>
          <div class="quiet">
            <Project id={one.projectId} names={names} />{' '}
            <a href={`/ui/releases/${one.releaseId}?environment=${one.environment}`}>
              {one.release.version}
            </a>
            , {one.environment}, {en.environments.by(one.requestedBy)}
            {one.endsAt && (
              <>
                , {en.environments.until} <Time at={one.endsAt} />
              </>
            )}
          </div>
        </div>
        {en.glass.acts[one.state] !== undefined && (
          <a class="button" href={`/ui/break-glass/${one.id}`}>
            {en.glass.acts[one.state]}
          </a>
        )}
      </li>
    ))}
  </ul>
);
