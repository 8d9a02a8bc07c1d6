/** Fields that are maps: their keys are anybody's words, and an empty one counts as not set. */
const maps: ReadonlySet<string> = new Set(['parameters', 'regions', 'settings']);

/**
 * A message that was read by the generated code in the JSON of protobuf, with the names that the `.proto` files have:
 * what has its usual value is left out, numbers of 64 bits are texts.
 */
export function protobufJson(message: object): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(message) as [string, unknown][]) {
    if (isOneOf(value)) json[protoName(value.$case)] = plain(value.value);
    else if (!isUsual(key, value)) json[protoName(key)] = maps.has(key) ? mapJson(value) : plain(value);
  }
  return json;
}

/** The fields of a message in the JSON of protobuf, as the generated code names them. */
export function generatedNames(json: object): Record<string, unknown> {
  const entries = Object.entries(json) as [string, unknown][];
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

function protoName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function mapJson(map: unknown): Record<string, unknown> {
  const entries = Object.entries(map as Record<string, object>);
  return Object.fromEntries(entries.map(([key, value]) => [key, protobufJson(value)]));
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null ? protobufJson(value) : value;
}

function isUsual(key: string, value: unknown): boolean {
  if (value === undefined || value === '' || value === 0 || value === 0n || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return maps.has(key) && Object.keys(value as object).length === 0;
}

function isOneOf(value: unknown): value is { readonly $case: string; readonly value: unknown } {
  return typeof value === 'object' && value !== null && '$case' in value;
}
