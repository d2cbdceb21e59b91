import { en } from '../texts/en.js';
import type { Deployment } from './deployments.js';

const DAY_MS = 86_400_000;
export const CHART_DAYS = 90;
const WEEKS = Math.ceil(CHART_DAYS / 7);
const [WIDTH, HEIGHT, GAP] = [26, 56, 6];

interface Week {
  readonly from: Date;
  readonly total: number;
  /** Those that the gate did not allow. */
  readonly alarming: number;
}

/** Counts deployments by week, the oldest first. */
export function weeksOf(items: readonly Deployment[], now: Date): Week[] {
  const end = now.getTime();
  return Array.from({ length: WEEKS }, (_, index) => {
    const from = end - (WEEKS - index) * 7 * DAY_MS;
    const own = items.filter(({ createdAt }) => {
      const time = createdAt.getTime();
      return time > from && time <= from + 7 * DAY_MS;
    });
    const alarming = own.filter(({ authorization }) =>
      ['unauthorized', 'break-glass'].includes(authorization),
    );
    return { from: new Date(from), total: own.length, alarming: alarming.length };
  });
}

/** Deployments of the last weeks as bars. All sizes are attributes, because the page allows no inline style. */
export const Chart = ({ items, now }: { items: readonly Deployment[]; now: Date }) => {
  const weeks = weeksOf(items, now);
  const most = Math.max(1, ...weeks.map(({ total }) => total));
  const heightOf = (count: number) => Math.round((count / most) * (HEIGHT - 4));
  const alarming = weeks.reduce((sum, week) => sum + week.alarming, 0);
  return (
    <figure class="chart">
      <svg
        viewBox={`0 0 ${WEEKS * (WIDTH + GAP)} ${HEIGHT}`}
        role="img"
        aria-label={en.environments.chart(items.length, alarming)}
        preserveAspectRatio="none"
      >
        {weeks.map(({ from, total, alarming: red }, index) => {
          const x = index * (WIDTH + GAP);
          return (
            <g key={from.getTime()}>
              <title>{en.environments.week(from.toISOString().slice(0, 10), total, red)}</title>
              <rect class="bar none" x={x} y={HEIGHT - 2} width={WIDTH} height={2} />
              <rect
                class="bar"
                x={x}
                y={HEIGHT - heightOf(total)}
                width={WIDTH}
                height={heightOf(total)}
              />
              <rect
                class="bar bad"
                x={x}
                y={HEIGHT - heightOf(red)}
                width={WIDTH}
                height={heightOf(red)}
              />
            </g>
          );
        })}
      </svg>
      <figcaption>{en.environments.chart(items.length, alarming)}</figcaption>
    </figure>
  );
};
