import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** Larger ones would make most of a campaign be spent on copying. */
const largestFile = 100_000;

/** Small pictures in every format that is read, made from one photo; small, so that a hundred thousand are soon decoded. */
export async function samplePictures(photo: Buffer): Promise<Buffer[]> {
  const small = sharp(photo).resize(160, 120, { fit: 'fill' });
  const { data } = await small.clone().raw().toBuffer({ resolveWithObject: true });
  return [
    await small.clone().jpeg().toBuffer(),
    await small
      .clone()
      .jpeg({ progressive: true })
      .withExif({ IFD0: { Copyright: 'x' } })
      .toBuffer(),
    await small.clone().withMetadata({ orientation: 6 }).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
    await small.clone().toColourspace('cmyk').jpeg().toBuffer(),
    await small.clone().greyscale().png().toBuffer(),
    await small.clone().png({ palette: true }).toBuffer(),
    await small.clone().ensureAlpha().png({ progressive: true }).toBuffer(),
    await small.clone().webp().toBuffer(),
    await small.clone().webp({ lossless: true }).toBuffer(),
    await small.clone().gif().toBuffer(),
    await small.clone().tiff({ compression: 'lzw' }).toBuffer(),
    await small.clone().tiff({ compression: 'jpeg' }).toBuffer(),
    await small.clone().avif({ effort: 0 }).toBuffer(),
    bitmap(data, 160, 120),
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><image href="file:///etc/passwd"/></svg>',
    ),
  ];
}

/** Files of a folder and those below it, but for large ones; none where it is absent. */
export function smallFiles(folder: string | undefined): Buffer[] {
  if (folder === undefined) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => !path.endsWith('.csv') && statSync(path).isFile() && statSync(path).size <= largestFile)
    .sort()
    .map((path) => readFileSync(path));
}

/** 24 bits a pixel, rows from the bottom up, each a multiple of four bytes long. */
function bitmap(rgb: Buffer, width: number, height: number): Buffer {
  const head = Buffer.alloc(54);
  head.write('BM', 'latin1');
  head.writeUInt32LE(54 + rgb.length, 2);
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return Buffer.concat([head, rgb]);
}

export interface SampleBody {
  readonly path: string;
  readonly value: object;
}

/** Valid bodies of every endpoint that takes JSON. */
export function sampleBodies(pictures: readonly Buffer[], dimension: number): SampleBody[] {
  const data = (index: number) => pictures[index]?.toString('base64') ?? '';
  const vector = (seed: number) =>
    Array.from({ length: dimension }, (_, index) => Math.fround(Math.sin(seed + index)));
  const packed = Buffer.from(Float32Array.from(vector(1)).buffer).toString('base64');
  const candidates = [0, 1, 2].map((seed) => ({
    id: `c${seed}`,
    embedding: vector(seed),
    subject: `s${seed % 2}`,
  }));
  return [
    {
      path: '/api/v1/embeddings',
      value: {
        images: [{ id: 'a', data: data(0) }, { data: `data:image/png;base64,${data(4)}` }],
        return_aligned_faces: true,
        skip_embedding_normalization: false,
        encoding_format: 'base64',
        max_faces: 3,
        min_confidence: 0.1,
        min_face_size: 1,
        on_error: 'partial',
      },
    },
    { path: '/api/v1/detections', value: { images: [{ data: data(7) }], on_error: 'fail' } },
    {
      path: '/api/v1/rerank',
      value: {
        query_embedding: vector(0),
        candidates,
        threshold: 0.5,
        gallery_size: 1000,
        encoding_format: 'float',
      },
    },
    {
      path: '/api/v1/rerank',
      value: { query_embedding: packed, candidates: [{ id: 'a', embedding: packed }] },
    },
    { path: '/api/v1/merge', value: { embeddings: [vector(0), packed], contract_id: null } },
  ];
}
