const loopback =
  /^(unix|unix-abstract):|^(dns:(\/\/[^/]*\/)?|ipv4:|ipv6:)(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

/** Whether a target of gRPC is on this host by its very name. */
export function isSameHost(target: string): boolean {
  return loopback.test(target);
}
