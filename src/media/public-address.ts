import { BlockList, isIP } from 'node:net';

/** What is not the public internet, by IANA's special-purpose registries: https://www.iana.org/assignments/iana-ipv4-special-registry */
const IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Inside of 2000::/3: Teredo and its neighbours, documentation, 6to4 and AS112. Outside of it nothing is public: loopback, IPv4-mapped, NAT64, unique local, link-local, multicast. */
const IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const listOf = (subnets: readonly string[], family: 'ipv4' | 'ipv6') => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', prefix] = subnet.split('/');
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
};
const special4 = listOf(IPV4, 'ipv4');
const special6 = listOf(IPV6, 'ipv6');
const global6 = listOf(['2000::/3'], 'ipv6');
/** ISATAP carries an IPv4 address in its last half: `…:[0|200]:5efe:a.b.c.d`. */
const ISATAP = /:(0|200)?:?5efe:[0-9a-f.:]+$/i;

/** Whether an address is one of the public internet. Anything that is no plain address (a zone, a name) is not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special4.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6') && !ISATAP.test(address);
}
