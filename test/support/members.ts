/** A value of JSON. */
type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type Path = readonly (string | number)[];

/** One change of a text: what it does, and the text with it. */
export interface Lie {
  readonly what: string;
  readonly text: string;
}

const isObject = (value: Json): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Other values than this one: of the same type, null, and of another type. */
function othersOf(value: Json): Json[] {
  const same =
    typeof value === 'string'
      ? [
          value === '' ? 'x' : value.replace(/^./s, (first) => (first === 'a' ? 'b' : 'a')),
          `${value}a`,
        ]
      : typeof value === 'number'
        ? [value + 1]
        : typeof value === 'boolean'
          ? [!value]
          : [];
  return [...same, ...(value === null ? ['', 0, false] : [null])];
}

function changed(value: Json, path: Path, change: (at: Json) => Json): Json {
  const [name, ...rest] = path;
  if (name === undefined) return change(value);
  const copy = structuredClone(value) as Record<string | number, Json>;
  copy[name] = changed(copy[name] ?? null, rest, change);
  return copy as Json;
}

function pathsOf(value: Json, path: Path = []): [Path, Json][] {
  const below = Array.isArray(value)
    ? [...value.entries()]
    : isObject(value)
      ? Object.entries(value)
      : [];
  return [[path, value], ...below.flatMap(([name, inner]) => pathsOf(inner, [...path, name]))];
}

/**
 * Every member of a document changed, removed, and each object and list with one more. A member of the same name at the
 * same place of another item is changed once.
 * @param seen places that were changed already
 */
export function* liesOf(text: string, file: string, seen: Set<string>): Generator<Lie> {
  const document = JSON.parse(text) as Json;
  for (const [path, value] of pathsOf(document)) {
    const place = `${file} ${path.map((name) => (typeof name === 'number' ? '[]' : name)).join('.')}`;
    const key = `${place} ${value === null ? 'null' : typeof value}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const lie = (what: string, change: (at: Json) => Json, at = path): Lie => ({
      what: `${place}: ${what}`,
      text: JSON.stringify(changed(document, at, change)),
    });
    if (Array.isArray(value)) yield lie('one more', (list) => [...(list as Json[]), null]);
    else if (isObject(value))
      yield lie('one more', (object) => ({ ...(object as object), more: 1 }));
    else for (const other of othersOf(value)) yield lie(`is ${JSON.stringify(other)}`, () => other);
    const name = path.at(-1);
    if (name === undefined) continue;
    yield lie('removed', (from) => without(from, name), path.slice(0, -1));
  }
}

const without = (from: Json, name: string | number): Json =>
  Array.isArray(from)
    ? from.filter((_, index) => index !== name)
    : Object.fromEntries(Object.entries(from as object).filter(([other]) => other !== name));
