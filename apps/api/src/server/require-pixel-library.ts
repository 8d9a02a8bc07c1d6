import { StartError } from '@face/environment';
import { FaceError } from '@face/errors';
import { pixelLibrary } from '@face/native';

/**
 * No photo can be read without libface_pixels, so a server that lacks it does not start.
 * @throws StartError with the path of the library and what is wrong with it
 */
export function requirePixelLibrary(): void {
  try {
    pixelLibrary();
  } catch (cause) {
    if (!(cause instanceof FaceError)) throw cause;
    const reason = cause.cause instanceof Error ? cause.cause.message : cause.message;
    throw new StartError(`${reason}; \`npm start\` builds it. No photo can be read without it.`, { cause });
  }
}
