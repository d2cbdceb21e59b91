import { parse } from 'fast-querystring';

/** A lone surrogate is never valid text, so validation refuses any value that contains it. */
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
 * Parses a query string. The library keeps a value that is not valid percent-encoded UTF-8 unchanged: `%FF` becomes
 * the text "%FF". This function marks such a value instead, so that validation refuses it and names the parameter.
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
