/** A member of the data of an event. undefined: it does not have it, or is not a JSON object. */
export function memberOf(data: string | null, name: string): unknown {
  if (data === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined;
  } catch {
    return undefined;
  }
}
