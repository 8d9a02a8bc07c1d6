import type { EnvironmentReader } from '@face/environment';
import { FaceError } from '@face/errors';
import { grpcTarget } from '@face/triton';

/** @returns the address as it was set; one that cannot be used is a problem of the reader */
export function readTritonUrl(reader: EnvironmentReader): string {
  const url = reader.text('FACE_V3_TRITON_URL') ?? '';
  if (url === '') {
    reader.problem(
      'FACE_V3_TRITON_URL is not set, expected the gRPC endpoint of Triton or of the model server, as in 127.0.0.1:8001; `npm start` starts a model server and sets it.',
    );
  } else if (!isGrpcTarget(url)) {
    reader.problem(
      `FACE_V3_TRITON_URL is '${url}', expected the address of a gRPC server: host:port, dns:///host:port or unix:/path.`,
    );
  }
  return url;
}

function isGrpcTarget(url: string): boolean {
  try {
    grpcTarget(url);
    return true;
  } catch (error) {
    if (error instanceof FaceError) return false;
    throw error;
  }
}
