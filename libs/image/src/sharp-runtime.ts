import type sharp from 'sharp';

type Sharp = typeof sharp;

/** Loaders that may run; all others of libvips (SVG with its external references, Ultra HDR ...) stay blocked. */
const loaders = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'];

let loading: Promise<Sharp | undefined> | undefined;

/** sharp, set up for many pictures at once; undefined where it has no binary for the machine. */
export function loadSharp(): Promise<Sharp | undefined> {
  loading ??= import('sharp').then(
    ({ default: loaded }) => configure(loaded),
    () => undefined,
  );
  return loading;
}

function configure(loaded: Sharp): Sharp {
  loaded.block({ operation: ['VipsForeignLoad'] });
  loaded.unblock({ operation: loaders.map((name) => `VipsForeignLoad${name}Buffer`) });
  // Pictures are decoded side by side, so threads inside one of them only add switching; and no two
  // requests share an intermediate result that libvips could find again.
  loaded.concurrency(1);
  loaded.cache(false);
  return loaded;
}
