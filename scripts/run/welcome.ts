export interface WelcomeFacts {
  /** Of the API, as it says it. */
  readonly url: string;
  /** Swagger UI is served only then. */
  readonly local: boolean;
  readonly keyNeeded: boolean;
  /** Path of a photo with faces; undefined when none could be fetched. */
  readonly photo: string | undefined;
}

/** What a newcomer needs when the product runs. The curl line works when it is pasted into a shell. */
export function welcome({ url, local, keyNeeded, photo }: WelcomeFacts): string {
  const reachable = url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  const key = keyNeeded ? `-H 'X-API-KEY: YOUR_KEY' ` : '';
  const curl = `curl -s ${key}-F ${quote(`images=@${curlPath(photo ?? 'photo.jpg')}`)} ${reachable}/api/v1/embeddings`;
  const lines = [
    ['Face search API', reachable],
    ...(local ? [['Swagger UI', `${reachable}/docs`]] : []),
    ['Find faces', curl],
    ...(keyNeeded ? [['', 'with one of your keys in place of YOUR_KEY']] : []),
    ...(photo === undefined ? [['', 'with a photo of yours in place of photo.jpg']] : []),
    ['Stop', 'Ctrl-C'],
  ];
  const block = lines.map(([name = '', text = '']) => `  ${name.padEnd(18)}${text}`).join('\n');
  return `\nReady.\n\n${block}\n\n`;
}

/** As one word of a POSIX shell. */
export function quote(text: string): string {
  return /^[\w@%+=:./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** curl's -F ends a file name at a comma or semicolon unless it stands in double quotes. */
function curlPath(path: string): string {
  return /[,;"]/.test(path) ? `"${path.replaceAll(/["\\]/g, '\\$&')}"` : path;
}
