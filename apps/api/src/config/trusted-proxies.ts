import type { EnvironmentReader } from '@face/environment';
import { BlockList, isIP, isIPv4 } from 'node:net';

/** Addresses whose X-Forwarded-For is believed. */
export class TrustedProxies {
  readonly #list = new BlockList();
  #size = 0;

  /** Rules that were added. */
  get size(): number {
    return this.#size;
  }

  /** @returns false when it is neither an address nor a network in CIDR form. */
  add(rule: string): boolean {
    const [address = '', bits, ...rest] = rule.split('/');
    if (isIP(address) === 0 || rest.length > 0) return false;
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const most = family === 'ipv4' ? 32 : 128;
    if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)) return false;
    this.#list.addSubnet(address, bits === undefined ? most : Number(bits), family);
    this.#size++;
    return true;
  }

  trusts(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }
}

/** FACE_V3_TRUSTED_PROXIES: addresses and networks, separated by commas. Nobody unless set. */
export function readTrustedProxies(reader: EnvironmentReader): TrustedProxies {
  const proxies = new TrustedProxies();
  const text = reader.text('FACE_V3_TRUSTED_PROXIES');
  for (const rule of text?.split(',') ?? []) {
    if (proxies.add(rule.trim())) continue;
    reader.problem(
      `FACE_V3_TRUSTED_PROXIES is '${text}', expected addresses or networks separated by commas, as in 10.0.0.0/8,192.0.2.7; '${rule.trim()}' is none.`,
    );
  }
  return proxies;
}
