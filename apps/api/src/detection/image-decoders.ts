import { closeImages } from '@face/image';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** Ends with the app what reading photos has started: a thread that decodes whatever sharp cannot. */
@Injectable()
export class ImageDecoders implements OnApplicationShutdown {
  onApplicationShutdown(): Promise<void> {
    return closeImages();
  }
}
