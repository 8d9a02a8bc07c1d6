import type { EnvironmentReader } from '@face/environment';

/** FACE_V3_CORS_ORIGINS: origins as browsers send them, separated by commas. A wildcard is no origin. */
export function readCorsOrigins(reader: EnvironmentReader): readonly string[] {
  const text = reader.text('FACE_V3_CORS_ORIGINS') ?? '';
  const origins = text.split(',').map((origin) => origin.trim());
  const wrong = text === '' ? undefined : origins.find((origin) => !isOrigin(origin));
  if (wrong !== undefined) {
    reader.problem(
      `FACE_V3_CORS_ORIGINS is '${text}', expected origins separated by commas, as in https://app.example.com; '${wrong}' is none.`,
    );
  }
  return text === '' ? [] : origins;
}

/** Scheme, host and port, exactly as a browser writes them: no path, no default port, small letters. */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.parse(text)?.origin === text;
}
