import { defaultLibraryPath } from './default-library-path.js';
import { PixelLibrary } from './pixel-library.js';

let opened: PixelLibrary | undefined;

/**
 * The libface_pixels that belongs to this program, opened at the first call in each thread. Unlike the other two
 * libraries nobody brings one along, so there is no setting for its path.
 * @throws FaceError `not_ready` when it cannot be used
 */
export function pixelLibrary(): PixelLibrary {
  return (opened ??= PixelLibrary.open(defaultLibraryPath('libface_pixels')));
}
