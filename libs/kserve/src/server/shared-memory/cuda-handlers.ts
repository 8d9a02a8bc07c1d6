import { status } from '@grpc/grpc-js';
import type { inferenceService } from '../../services.js';
import { ProtocolError, invalidArgument } from '../protocol-error.js';
import type { UnaryHandlers } from '../unary-handlers.js';

export type CudaSharedMemoryMethod =
  'cudaSharedMemoryStatus' | 'cudaSharedMemoryRegister' | 'cudaSharedMemoryUnregister';

/** Triton's extension for memory of a GPU, as the real server answers on a machine that has none. */
export const cudaSharedMemoryHandlers: UnaryHandlers<Pick<typeof inferenceService, CudaSharedMemoryMethod>> =
  {
    cudaSharedMemoryStatus: ({ name }) => {
      if (name === '') return { regions: {} };
      throw new ProtocolError(status.NOT_FOUND, `Unable to find cuda shared memory region: '${name}'`);
    },
    cudaSharedMemoryRegister: () => {
      throw invalidArgument('failed to register shared memory region: invalid args');
    },
    cudaSharedMemoryUnregister: () => ({}),
  };
