import type { PageServices } from '../../features/services.js';
import { en } from '../texts/en.js';

export const CHART_DAYS = 90;
/** Weeks that the chart shows: all of these days. */
export const CHART_WEEKS = Math.ceil(CHART_DAYS / 7);
const [WIDTH, HEIGHT, GAP] = [26, 56, 6];

export type Weeks = Awaited<ReturnType<PageServices['countDeployments']>>['weeks'];

/** Those that the gate did not allow. */
const alarmingOf = ({ byAuthorization }: Weeks[number]) =>
  byAuthorization.unauthorized + byAuthorization['break-glass'];

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

/** Deployments of the last weeks as bars. All sizes are attributes, because the page allows no inline style. */
export const Chart = ({ weeks }: { weeks: Weeks }) => {
  const most = Math.max(1, ...weeks.map(({ total }) => total));
  const heightOf = (count: number) => Math.round((count / most) * (HEIGHT - 4));
  const total = sum(weeks.map((week) => week.total));
  const alarming = sum(weeks.map(alarmingOf));
  return (
    <figure class="chart">
      <svg
        viewBox={`0 0 ${weeks.length * (WIDTH + GAP)} ${HEIGHT}`}
        role="img"
        aria-label={en.environments.chart(total, alarming)}
        preserveAspectRatio="none"
      >
        {weeks.map((week, index) => {
          const { from, total: all } = week;
          const red = alarmingOf(week);
          const x = index * (WIDTH + GAP);
          return (
            <g key={from.getTime()}>
              <title>{en.environments.week(from.toISOString().slice(0, 10), all, red)}</title>
              <rect class="bar none" x={x} y={HEIGHT - 2} width={WIDTH} height={2} />
              <rect
                class="bar"
                x={x}
                y={HEIGHT - heightOf(all)}
                width={WIDTH}
                height={heightOf(all)}
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
      <figcaption>{en.environments.chart(total, alarming)}</figcaption>
    </figure>
  );
};
