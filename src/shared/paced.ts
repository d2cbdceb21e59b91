/** How often a value is read at most. */
const PERIOD_MS = 30_000;
/** A value that is older is not known any more. */
const KEEP_MS = 600_000;

export interface PacedOptions {
  readonly periodMs?: number;
  readonly keepMs?: number;
  /** The present, in milliseconds. */
  readonly now?: () => number;
}

/**
 * Keeps a value that costs something to read. A call returns what was read last, and begins to read for the next call
 * if that was a while ago. So a caller waits for nothing, and many callers cost no more than one.
 * @returns undefined: not read yet, or reading has failed for long
 */
export function paced<Value>(
  read: () => Promise<Value>,
  { periodMs = PERIOD_MS, keepMs = KEEP_MS, now = () => performance.now() }: PacedOptions = {},
): () => Value | undefined {
  let kept: { readonly value: Value; readonly at: number } | undefined;
  let begunAt = Number.NEGATIVE_INFINITY;
  let isReading = false;
  const begin = async () => {
    const at = now();
    begunAt = at;
    isReading = true;
    try {
      kept = { value: await read(), at };
    } finally {
      isReading = false;
    }
  };
  return () => {
    if (!isReading && now() - begunAt >= periodMs) begin().catch(() => {});
    return kept && now() - kept.at <= keepMs ? kept.value : undefined;
  };
}
