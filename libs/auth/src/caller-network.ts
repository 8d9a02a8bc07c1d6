import { isIPv6 } from 'node:net';

/** Groups of an IPv6 address that one customer of a provider has to himself: the first 64 bits. */
const networkGroups = 4;

/**
 * Whose address it is, for counting: of IPv6 the network of 64 bits, since whoever has one address there has all; of IPv4
 * (also as `::ffff:192.0.2.1`) the address.
 */
export function callerNetwork(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
  if (!isIPv6(bare)) return bare;
  const [head = '', tail] = bare.toLowerCase().split('::');
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const zeros =
    tail === undefined ? [] : new Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0');
  return `${[...first, ...zeros, ...last].slice(0, networkGroups).join(':')}::/64`;
}

/** Without leading zeros, as 0db8 and db8 are the same; an IPv4 tail counts as its two groups. */
function groupsOf(part: string): string[] {
  if (part === '') return [];
  return part
    .split(':')
    .flatMap((group) => (group.includes('.') ? ['0', '0'] : [group.replace(/^0+(?=.)/, '')]));
}
