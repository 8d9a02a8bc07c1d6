/** Datatypes of the KServe v2 protocol that occupy a fixed number of bytes an element; BYTES does not. */
export const datatypeBytes = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  BF16: 2,
  FP32: 4,
  FP64: 8,
} as const;

export type FixedDatatype = keyof typeof datatypeBytes;
export type Datatype = FixedDatatype | 'BYTES';

/** One tensor as it travels: raw, row-major, little-endian, without padding. */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** May be a view into a larger message, at any byte offset: copy before reading it as Float32Array. */
  readonly data: Uint8Array;
}
