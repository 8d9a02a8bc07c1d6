import type { ApiClient } from '../measure/api-client.ts';
import { type Degradation, degrade } from './degradation.ts';
import { identificationSeed } from './identification-protocol.ts';
import { PortraitStore } from './portrait-store.ts';

/** Portraits of the folder lfw as they are, and as bad cameras take them; more than one part needs them. */
export type LfwPortraits = Readonly<Record<'clean' | Degradation, PortraitStore>>;

/** @param folder of LFW */
export function lfwPortraits(client: ApiClient, folder: string): LfwPortraits {
  const degraded = (degradation: Degradation) =>
    new PortraitStore(client, folder, (photo, path) =>
      degrade(photo, degradation, { path, seed: identificationSeed }),
    );
  return {
    clean: new PortraitStore(client, folder),
    blurred: degraded('blurred'),
    shrunk: degraded('shrunk'),
  };
}
