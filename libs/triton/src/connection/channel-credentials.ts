import { type ChannelCredentials, type ClientOptions, credentials } from '@grpc/grpc-js';

/** How the model server is known, and how this client makes itself known to it. */
export interface TritonTls {
  /** PEM of the authorities that may vouch for the server; undefined: those that Node brings. */
  readonly authorities: Buffer | undefined;
  /** PEM of the client's own certificate (with its chain) and key, where the server asks for one. */
  readonly identity: { readonly certificate: Buffer; readonly key: Buffer } | undefined;
  /** Name in the server's certificate, where it is not the host of the address. */
  readonly serverName: string | undefined;
}

/** @returns plain text where `tls` is undefined */
export function channelCredentials(tls: TritonTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const { authorities = null, identity } = tls;
  return credentials.createSsl(authorities, identity?.key ?? null, identity?.certificate ?? null);
}

/** What a channel has to know beside its credentials. */
export function tlsOptions(tls: TritonTls | undefined): ClientOptions {
  const name = tls?.serverName;
  return name === undefined ? {} : { 'grpc.ssl_target_name_override': name, 'grpc.default_authority': name };
}
