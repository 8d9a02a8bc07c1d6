import { FaceError } from '@face/errors';

const schemes = /^(dns|ipv4|ipv6|unix|unix-abstract):/;
const hostAndPort = /^(\[[0-9a-fA-F:.%]+\]|[^\s:/[\]]+):(\d{1,5})$/;

/**
 * The name under which grpc-js knows a server. Accepted: `host:port`, `grpc://host:port`, `dns:///host:port` (all
 * addresses of the name are used in turn), `ipv4:` and `ipv6:` lists, `unix:/path`.
 * @throws FaceError `triton_misconfigured` for anything else, such as an HTTP address or a missing port.
 */
export function grpcTarget(url: string): string {
  const address = url
    .trim()
    .replace(/^grpc:\/\//, '')
    .replace(/\/$/, '');
  if (schemes.test(address)) return address;
  const port = Number(hostAndPort.exec(address)?.[2]);
  if (!(port >= 1 && port <= 65_535)) {
    throw new FaceError(
      'triton_misconfigured',
      `'${url}' is no address of a gRPC server: write host:port, dns:///host:port or unix:/path.`,
    );
  }
  return `dns:///${address}`;
}
