import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from '../measure/api-client.ts';
import { withProduct } from '../measure/measured-product.ts';
import { PortraitStore } from '../quality/portrait-store.ts';
import type { Interruption } from '../run/interruption.ts';

/**
 * Starts the product and writes the embedding of the face nearest to the centre of each photo into a file: float32
 * in the byte order of this machine, one after the other. Photos without a face are left out.
 * @param folder of JPEG photos, searched with all folders below it
 */
export async function embedPhotos(folder: string, file: string, interruption: Interruption): Promise<void> {
  const photos = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.jpe?g$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '.').length + 1))
    .sort();
  process.stdout.write(`  ${photos.length} photos of ${folder} are embedded\n`);
  const embeddings = await withProduct(interruption, async (product) => {
    const store = new PortraitStore(new ApiClient(product.url), folder);
    await store.load(photos, interruption.asked);
    return photos.flatMap((photo) => store.get(photo) ?? []);
  });
  writeFileSync(
    file,
    Buffer.concat(
      embeddings.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
    ),
  );
}
