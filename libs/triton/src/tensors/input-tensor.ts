import type { Tensor } from '@face/kserve';

/** A tensor as a caller has it. */
export interface InputTensor extends Omit<Tensor, 'data'> {
  /** In one piece or in several, such as the pictures of a batch, which then need not be joined before they are sent. */
  readonly data: Uint8Array | readonly Uint8Array[];
}

export function piecesOf({ data }: InputTensor): readonly Uint8Array[] {
  return data instanceof Uint8Array ? [data] : data;
}

export function byteLengthOf(tensor: InputTensor): number {
  return piecesOf(tensor).reduce((sum, { byteLength }) => sum + byteLength, 0);
}
