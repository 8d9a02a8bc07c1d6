import { readClassCount } from './classification.js';
import type { ModelInferRequest } from './messages.js';
import { invalidArgument } from './protocol-error.js';
import type { RequestRegions } from './shared-memory/request-regions.js';
import type { SharedBytes } from './shared-memory/shared-region.js';

/** What a client wants of an output other than its bytes in the answer. */
export interface OutputWish {
  /** Where its bytes shall go. */
  readonly target?: SharedBytes;
  /** How many of the largest values of each item shall be told as texts. */
  readonly classes?: number;
}

/**
 * Reads what a client wants of the outputs, in the order and with the words of the real server
 * (`InferAllocatorPayload`).
 * @returns wishes by name of the output; the first counts when there are several for one
 * @throws ProtocolError
 */
export function collectWishes(
  request: ModelInferRequest,
  regions: RequestRegions,
): ReadonlyMap<string, OutputWish> {
  const wishes = new Map<string, OutputWish>();
  for (const output of request.outputs) {
    const place = regions.readPlace(output);
    const classes = readClassCount(output);
    if (place !== null && classes !== null) {
      throw invalidArgument("output can't set both 'shared_memory_region' and 'classification'");
    }
    const wish = place !== null ? { target: regions.open(place) } : classes !== null ? { classes } : null;
    if (wish !== null) wishes.set(output.name, { ...wish, ...wishes.get(output.name) });
  }
  return wishes;
}
