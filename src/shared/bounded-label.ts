/** What stands for every value beyond the limit. No name of the platform has parentheses. */
const REST = '(other)';

/**
 * Bounds the values of a label: each time series costs memory here and in Prometheus, for good. The first `max` values
 * keep their names, all others share one.
 */
export function boundedLabel(max: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= max) return REST;
    known.add(value);
    return value;
  };
}
