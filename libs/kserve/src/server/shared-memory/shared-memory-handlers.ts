import { status } from '@grpc/grpc-js';
import type { inferenceService } from '../../services.js';
import type { CallContext } from '../call-context.js';
import { ProtocolError } from '../protocol-error.js';
import type { UnaryHandlers } from '../unary-handlers.js';
import type { SharedRegions } from './shared-regions.js';

export type SharedMemoryMethod =
  'systemSharedMemoryStatus' | 'systemSharedMemoryRegister' | 'systemSharedMemoryUnregister';

/** Triton's system shared memory extension, for clients on the same host. */
export function sharedMemoryHandlers(
  regions: SharedRegions | undefined,
): UnaryHandlers<Pick<typeof inferenceService, SharedMemoryMethod>> {
  const offeredTo = ({ sameHost }: CallContext): SharedRegions => {
    if (regions !== undefined && sameHost) return regions;
    throw new ProtocolError(
      status.UNIMPLEMENTED,
      'system shared memory is offered on Linux, over a Unix socket or the loopback interface only',
    );
  };
  return {
    systemSharedMemoryStatus: ({ name }, context) => ({ regions: offeredTo(context).status(name) }),
    systemSharedMemoryRegister: (request, context) => {
      offeredTo(context).register(request);
      return {};
    },
    systemSharedMemoryUnregister: ({ name }, context) => {
      offeredTo(context).unregister(name);
      return {};
    },
  };
}
