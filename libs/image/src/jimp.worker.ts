import { Jimp } from 'jimp';
import { parentPort } from 'node:worker_threads';

/** What {@link JimpWorker} sends. */
export interface JimpRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Only jimp's JPEG decoder wants to be told. */
  readonly maxPixels: number;
}

export type JimpAnswer =
  | { readonly width: number; readonly height: number; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly error: string };

/** EXIF orientation is applied by jimp; alpha is dropped, so that what is transparent keeps its colour. */
async function decode({ bytes, maxPixels }: JimpRequest): Promise<JimpAnswer> {
  const maxResolutionInMP = Math.ceil(maxPixels / 1e6);
  const options = { 'image/jpeg': { maxResolutionInMP, maxMemoryUsageInMB: 64 + 20 * maxResolutionInMP } };
  const { bitmap } = await Jimp.fromBuffer(Buffer.from(bytes.buffer), options);
  const { width, height, data: rgba } = bitmap;
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from]!;
    data[to + 1] = rgba[from + 1]!;
    data[to + 2] = rgba[from + 2]!;
  }
  return { width, height, data };
}

parentPort?.on('message', (request: JimpRequest) => {
  decode(request).then(
    (answer) => parentPort?.postMessage(answer, 'data' in answer ? [answer.data.buffer] : []),
    (error: unknown) => parentPort?.postMessage({ error: String(error) } satisfies JimpAnswer),
  );
});
