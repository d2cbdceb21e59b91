/** A sample of Prometheus' text format 0.0.4. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of one metric. */
export function samplesOf(text: string, metric: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, labels, value] = /^([a-z0-9_]+\{[^}]*\}|[a-z0-9_]+) (\S+)$/i.exec(line) ?? [];
    const [name = '', inside = ''] = labels?.split(/[{}]/) ?? [];
    if (name !== metric) return [];
    const pairs = [...inside.matchAll(/([a-z_]+)="([^"]*)"/g)];
    return [
      {
        labels: Object.fromEntries(pairs.map(([, key, text_]) => [key, text_])),
        value: Number(value),
      },
    ];
  });
}
