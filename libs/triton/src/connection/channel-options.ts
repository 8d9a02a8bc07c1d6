import type { ClientOptions } from '@grpc/grpc-js';
import { replicaBalancing } from './replica-balancer.js';

/** Triton's own limit; grpc-js would stop at 4 MiB of what it receives. */
const maxMessageBytes = 2 ** 31 - 1;

const serviceConfig = {
  // A headless service gives one address for each replica; the default policy would stay with the first.
  loadBalancingConfig: [{ [replicaBalancing]: {} }],
};

/**
 * Settings of the connection to the model server.
 *
 * There is no retry policy in the service config on purpose: it decides by status code alone, and UNAVAILABLE is also
 * how Triton says that its queue is full. retry.ts decides by text.
 */
export const channelOptions: ClientOptions = {
  'grpc.max_receive_message_length': maxMessageBytes,
  'grpc.max_send_message_length': maxMessageBytes,
  // Requests that never reached the server are sent again by grpc-js itself, but without a word only up to these
  // sizes (1 and 16 MiB unless set), and one detector input is already larger than the first. They limit, they do not
  // allocate.
  'grpc.per_rpc_retry_buffer_size': maxMessageBytes,
  'grpc.retry_buffer_size': Number.MAX_SAFE_INTEGER,
  // Only while calls are open, and at most three pings within a default deadline of 30 s: a Triton with default
  // settings closes the connection at the fourth ping that comes without data in between.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.keepalive_permit_without_calls': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  // A server that is back is used again within a second.
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.dns_min_time_between_resolutions_ms': 2_000,
  'grpc.service_config': JSON.stringify(serviceConfig),
  'grpc.service_config_disable_resolution': 1,
  // A model server stands inside; http_proxy of the environment is meant for the way out.
  'grpc.enable_http_proxy': 0,
  // Closing this channel must close its connection, whoever else in the process talks to the same server.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_channelz': 0,
};
