/**
 * The value of `Link` for the next page of a list (RFC 8288).
 * @param url the URL of the request; its path and other parameters are kept
 */
export function nextLink(url: string, cursor: string): string {
  const [path = ''] = url.split('?', 1);
  const parameters = new URLSearchParams(url.slice(path.length));
  parameters.set('cursor', cursor);
  return `<${path.replace(/\/$/, '')}?${parameters}>; rel="next"`;
}

/** OpenAPI links from the response of a creation to operations that take the new `id`. */
export function linksToId(...operationIds: string[]) {
  const link = (operationId: string) => ({ operationId, parameters: { id: '$response.body#/id' } });
  return { 201: Object.fromEntries(operationIds.map((id) => [id, link(id)])) };
}
