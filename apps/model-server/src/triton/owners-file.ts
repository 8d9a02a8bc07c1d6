import type { ManifestObject } from '../packs/manifest-object.js';

/** Names that a network's file has for the tensors that the steps around it call by their usual names. */
export type TensorNames = ReadonlyMap<string, string>;

/** What a profile says of a network whose file the owner brings. */
export interface OwnersFile {
  /** Of the ONNX file as it was published; without it the contract id is found out when the image is built. */
  readonly sha256: string | undefined;
  readonly tensors: TensorNames;
}

/** @throws PackError naming file and field */
export function readOwnersFile(parent: ManifestObject): OwnersFile {
  return {
    sha256: parent.has('sha256')
      ? parent.text('sha256', /^[0-9a-f]{64}$/, 'a SHA-256 of 64 lower-case hexadecimal digits')
      : undefined,
    tensors: new Map(parent.has('tensors') ? parent.object('tensors').texts() : []),
  };
}
