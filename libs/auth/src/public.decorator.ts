import { SetMetadata } from '@nestjs/common';

export const publicKey = 'face:public';

/** Opens a handler, or all of a controller, to callers without a key. Everything else stays closed. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(publicKey, true);
