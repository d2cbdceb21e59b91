import { parse } from 'fast-querystring';

/** Never valid text: validation refuses any value that holds it. */
const LONE_SURROGATE = '\ud800';

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Parses a query string. The library leaves a value that is not valid percent-encoded UTF-8 as it is
 * (`%FF` becomes the text "%FF"), which would then be searched for: such a value is marked instead, so
 * that validation refuses it and names the parameter.
 */
export function parseQuery(text: string): Record<string, unknown> {
  const query: Record<string, unknown> = parse(text);
  if (!text.includes('%') || isDecodable(text)) return query;
  for (const pair of text.split('&')) {
    if (isDecodable(pair)) continue;
    const [name] = Object.keys(parse(pair));
    if (name !== undefined) query[name] = LONE_SURROGATE;
  }
  return query;
}
