import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * `loopback`: this machine. `private`: machines that the internet cannot reach. `unusable`: addresses that a request
 * must never use, such as link-local addresses, where clouds have their metadata services.
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'unusable';

function listOf(...networks: string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
}

// IANA's registries of special-purpose addresses. A list of IPv4 networks also matches IPv4-mapped IPv6 addresses.
const LOOPBACK = listOf('127.0.0.0/8', '::1/128');
const PRIVATE = listOf(
  '10.0.0.0/8',
  '100.64.0.0/10', // shared by the customers of a provider
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
  '64:ff9b::/96', // NAT64: contains an IPv4 address, which may be private
  '64:ff9b:1::/48',
);
const UNUSABLE = listOf(
  '0.0.0.0/8', // connects to this machine
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23', // includes Teredo, which contains IPv4 addresses
  '2001:db8::/32',
  '2002::/16', // 6to4, which contains IPv4 addresses
  '3fff::/20',
);
/** All IPv6 addresses that are allocated to hosts of the internet so far. */
const GLOBAL_IPV6 = listOf('2000::/3');
const MAPPED_IPV4 = listOf('::ffff:0:0/96');

/** Returns the kind of an IP address. Unknown addresses are `unusable`. */
export function kindOfAddress(text: string): AddressKind {
  const [address = ''] = text.split('%'); // a zone, as in fe80::1%eth0
  const version = isIP(address);
  if (version === 0) return 'unusable';
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(address, family)) return 'loopback';
  if (PRIVATE.check(address, family)) return 'private';
  if (UNUSABLE.check(address, family)) return 'unusable';
  const isKnown =
    version === 4 || GLOBAL_IPV6.check(address, family) || MAPPED_IPV4.check(address, family);
  return isKnown ? 'public' : 'unusable';
}
