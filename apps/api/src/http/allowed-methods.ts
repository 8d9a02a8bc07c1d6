import type { Express } from 'express';

/** The part of Express' router that tells which addresses exist; its types leave it out. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** Methods that some handler of `app` takes at `path`: empty when there is no such address. */
export function allowedMethods(app: Express, path: string): readonly string[] {
  const methods = new Set<string>();
  for (const layer of app.router.stack as unknown as readonly Layer[]) {
    // Wildcards are middleware of Nest's, the request log among them: they take everything and answer nothing.
    if (layer.route === undefined || layer.route.path.includes('*') || !layer.match(path)) continue;
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}
