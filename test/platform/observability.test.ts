import { readdir, readFile, stat } from 'node:fs/promises';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { logApp } from '../support/log.js';

/** What `observability/` says of the server, where a change of the server would make it untrue. */
const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(`observability/${path}`, ROOT), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary?: string; readonly runbook_url?: string };
}

async function alerts(): Promise<Rule[]> {
  const { groups } = parse(await read('alerts.yml')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

interface Dashboard {
  readonly uid: string;
  readonly panels: { title: string; targets: { expr: string }[]; datasource: { uid: string } }[];
}

async function dashboards(): Promise<Dashboard[]> {
  const names = await readdir(new URL('observability/grafana/dashboards', ROOT));
  return Promise.all(
    names.map(async (name) => JSON.parse(await read(`grafana/dashboards/${name}`)) as Dashboard),
  );
}

/** Every expression, and where it is. */
async function expressions(): Promise<[string, string][]> {
  const ofAlerts = (await alerts()).map(({ alert, expr }): [string, string] => [alert, expr]);
  const ofPanels = (await dashboards()).flatMap(({ uid, panels }) =>
    panels.flatMap(({ title, targets }) =>
      targets.map(({ expr }): [string, string] => [`${uid}: ${title}`, expr]),
    ),
  );
  return [...ofAlerts, ...ofPanels];
}

/** The metrics that an expression names. @throws if it is no PromQL */
function metricsOf(expr: string): string[] {
  const names: string[] = [];
  parser.parse(expr).iterate({
    enter({ name, type, node, from, to }) {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expr}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') {
        names.push(expr.slice(from, to));
      }
    },
  });
  return names;
}

/** Prometheus makes the first, and postgres_exporter the others. */
const isOfOthers = (metric: string) => metric === 'up' || metric.startsWith('pg_');

describe('observability/', () => {
  it('names only metrics that a scrape has', async () => {
    const { app } = await logApp();
    const { body } = await app.inject('/metrics');
    const scraped = new Map(
      [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    );
    const exists = (metric: string) =>
      scraped.has(metric) ||
      scraped.get(metric.replace(/_(?:bucket|sum|count)$/, '')) === 'histogram';
    const all = await expressions();
    const unknown = all.flatMap(([where, expr]) =>
      metricsOf(expr)
        .filter((metric) => !isOfOthers(metric) && !exists(metric))
        .map((metric) => `${where}: ${metric}`),
    );
    expect(unknown).toEqual([]);
    expect(new Set(all.flatMap(([, expr]) => metricsOf(expr))).size).toBeGreaterThan(30);
  });

  it('has a runbook that exists, and a case, for each alert', async () => {
    const cases = await read('alerts_test.yml');
    const rules = await alerts();
    expect(rules.length).toBeGreaterThan(10);
    for (const { alert, annotations } of rules) {
      const { summary, runbook_url: runbook = '' } = annotations;
      expect(summary, alert).toBeTruthy();
      expect(runbook, alert).toMatch(/^docs\/runbooks\/[a-z-]+\.md$/);
      expect((await stat(new URL(runbook, ROOT)).catch(() => undefined))?.isFile(), runbook).toBe(
        true,
      );
      const fires = new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n`);
      expect(cases, `alerts_test.yml lets ${alert} fire`).toMatch(fires);
    }
  });

  it('has dashboards for the data source that is provisioned', async () => {
    const { datasources } = parse(await read('grafana/provisioning/datasources/prometheus.yml'));
    const all = await dashboards();
    expect(all.map(({ uid }) => uid).sort()).toEqual([
      'srp-database',
      'srp-http',
      'srp-releases',
      'srp-runtime',
    ]);
    const used = all.flatMap(({ panels }) => panels.map(({ datasource }) => datasource.uid));
    expect([...new Set(used)]).toEqual([datasources[0].uid]);
  });

  it('publishes nothing beyond this machine, with pinned images and no password by default', async () => {
    const { services } = parse(await read('docker-compose.yml'), { merge: true }) as {
      services: Record<
        string,
        { image: string; ports?: string[]; environment?: Record<string, string> }
      >;
    };
    for (const { image, ports = [], environment = {} } of Object.values(services)) {
      expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
      for (const [name, value] of Object.entries(environment)) {
        if (/PASS/.test(name)) expect(value).toMatch(/^\$\{[A-Z_]+:\?.+\}$/);
      }
    }
  });
});
