import { getuid } from 'node:process';
import { describe, expect, it } from 'vitest';
import { hasPrograms, run } from '../support/native-tests.js';
import { samplePhoto } from '../support/photos.js';

const minutes = 40;
const isRoot = getuid?.() === 0;
if (!isRoot) console.log('skipped: the images: root is needed to build them without a container engine');
const possible = isRoot && hasPrograms('the images', { buildah: 'buildah', debootstrap: 'debootstrap' });

describe.skipIf(!possible)('deploy/Dockerfile', () => {
  it(
    'gives two images that start as their own users, find faces and stop when asked to',
    async () => {
      expect(samplePhoto('sample1.jpg').length).toBeGreaterThan(0);
      const { code, printed } = await run(['deploy/check-images.sh'], minutes * 60);
      expect(printed).toContain('in containers of buildah: both start as user 1000, 3 faces found');
      expect(printed).toContain('in a read-only root file system: both start as user 1000, 3 faces found');
      expect(code).toBe(0);
    },
    minutes * 60_000,
  );
});
