import { inferenceService } from '@face/kserve';
import { Client, credentials } from '@grpc/grpc-js';

/**
 * Pictures that a model server has looked at so far, from its own statistics.
 * @param address as gRPC takes it
 */
export async function detectedPictures(address: string): Promise<number> {
  const { path, requestSerialize, responseDeserialize } = inferenceService.modelStatistics;
  const client = new Client(address, credentials.createInsecure());
  try {
    return await new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { name: 'detection', version: '' },
        { deadline: Date.now() + 5000 },
        (error, answer) => {
          if (error !== null) reject(error);
          else resolve(Number(answer?.modelStats[0]?.inferenceCount ?? Number.NaN));
        },
      );
    });
  } finally {
    client.close();
  }
}
