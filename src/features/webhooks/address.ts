import { type AddressKind, kindOfAddress } from '../../outbound/addresses.js';

/** The host of a URL, as `WEBHOOK_PRIVATE_HOSTS` lists it. */
const hostOf = ({ hostname }: URL) => hostname.toLowerCase().replace(/\.$/, '');

const LITERAL = /^(?:\[.*\]|[0-9]+(?:\.[0-9]+){3})$/;

/** The kind of address that the host says itself. undefined: a name, which is looked up at each attempt. */
function ownKind(host: string): AddressKind | undefined {
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback';
  return LITERAL.test(host) ? kindOfAddress(host.replace(/^\[|\]$/g, '')) : undefined;
}

/** Hosts that may be in a private network or on this machine. */
export type PrivateHosts = ReadonlySet<string>;

/** The hosts of a list, as URLs have them: in lower case, IPv6 addresses in brackets and in their shortest form. */
export function privateHosts(list: readonly string[]): PrivateHosts {
  const canonical = (host: string) =>
    URL.canParse(`http://${host}`) ? hostOf(new URL(`http://${host}`)) : host.toLowerCase();
  return new Set(list.map(canonical));
}

/** What a request to this URL may do. See `fetchBounded`. */
export const allowedFor = (url: string, hosts: PrivateHosts) =>
  hosts.has(hostOf(new URL(url)))
    ? { privateAddresses: true, httpToLoopback: true }
    : { privateAddresses: false, httpToLoopback: false };

/** Why a webhook cannot have this URL. It continues the name of the value. undefined: it can. */
export function faultOfUrl(text: string, hosts: PrivateHosts): string | undefined {
  if (!URL.canParse(text)) return 'is not a valid URL';
  const url = new URL(text);
  if (url.username || url.password) return 'must not have a user or password';
  if (url.hash) return 'must not have a fragment';
  const kind = ownKind(hostOf(url));
  const isListed = hosts.has(hostOf(url));
  if (url.protocol === 'http:' && !(isListed && kind === 'loopback')) {
    return 'must be an https URL. http is for this machine alone, if WEBHOOK_PRIVATE_HOSTS lists its address';
  }
  if (kind === 'unusable') return 'must not have an address that webhooks never use';
  if (kind !== undefined && kind !== 'public' && !isListed) {
    return 'must be a public address. The operator lists others in WEBHOOK_PRIVATE_HOSTS';
  }
  return undefined;
}
