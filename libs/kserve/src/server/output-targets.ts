import { status } from '@grpc/grpc-js';
import type { ModelInferRequest } from './messages.js';
import { ProtocolError, invalidArgument } from './protocol-error.js';
import type { RequestRegions } from './shared-memory/request-regions.js';
import type { SharedBytes } from './shared-memory/shared-region.js';

/**
 * Finds the outputs that the client wants in shared memory.
 * @returns where they go, by name
 * @throws ProtocolError
 */
export function collectTargets(
  request: ModelInferRequest,
  regions: RequestRegions,
): ReadonlyMap<string, SharedBytes> {
  const targets = new Map<string, SharedBytes>();
  for (const output of request.outputs) {
    const classified = output.parameters['classification'] !== undefined;
    if (classified && output.parameters['shared_memory_region'] !== undefined) {
      throw invalidArgument("output can't set both 'shared_memory_region' and 'classification'");
    }
    const target = regions.find(output);
    if (target !== null) targets.set(output.name, target);
    if (classified) {
      throw new ProtocolError(
        status.UNIMPLEMENTED,
        `the classification extension, asked for output '${output.name}', is not offered`,
      );
    }
  }
  return targets;
}
