import type { PageServices } from '../../features/services.js';
import { en } from '../texts/en.js';
import { Badge, Time } from './basics.js';

export type Status = Awaited<ReturnType<PageServices['getEnvironmentStatus']>>;

const forAll = ({ projects }: { readonly projects: readonly number[] | null }) => projects === null;

/** Whether ordinary releases may go to the environment now, and until when. */
export const EnvironmentState = ({ status }: { status: Status }) => {
  const { isOpen, isStopped, opensAt, closesAt, windows } = status;
  const texts = en.environments;
  if (isStopped) return <Badge tone="bad">{texts.stopped}</Badge>;
  if (isOpen) {
    return (
      <>
        <Badge tone="good">{texts.open}</Badge>
        {closesAt !== null && (
          <span class="until">
            {texts.until} <Time at={closesAt} />
          </span>
        )}
      </>
    );
  }
  const isFrozen = windows.some(
    (one) => one.kind === 'freeze' && one.state === 'open' && forAll(one),
  );
  return (
    <>
      <Badge tone="warn">{isFrozen ? texts.frozen : texts.closed}</Badge>
      {opensAt !== null && (
        <span class="until">
          {texts.until} <Time at={opensAt} />
        </span>
      )}
    </>
  );
};
