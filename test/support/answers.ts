/** A response of a server that may be killed at any time. */
export interface Answer {
  /** 0 if the connection broke before the response was complete. */
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  readonly began: number;
  readonly ended: number;
}

/** Sends optional JSON and reads JSON. Never throws. */
export async function ask(
  url: string,
  { json, headers, ...init }: RequestInit & { json?: unknown } = {},
): Promise<Answer> {
  const began = Date.now();
  const request = {
    ...init,
    ...(json !== undefined && { body: JSON.stringify(json) }),
    headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
    signal: AbortSignal.timeout(60_000),
  };
  try {
    const response = await fetch(url, request);
    const body = (await response.json()) as Answer['body'];
    return { status: response.status, headers: response.headers, body, began, ended: Date.now() };
  } catch {
    return { status: 0, headers: new Headers(), body: {}, began, ended: Date.now() };
  }
}
