const quote = 0x22;
const backslash = 0x5c;

/**
 * Where a string of a JSON text ends.
 * @param from position behind its opening quote
 * @returns position of its closing quote, -1 when there is none
 */
export function closingQuote(json: Buffer, from: number): number {
  for (let end = json.indexOf(quote, from); end !== -1; end = json.indexOf(quote, end + 1)) {
    let escapes = end;
    while (escapes > from && json[escapes - 1] === backslash) escapes--;
    if ((end - escapes) % 2 === 0) return end;
  }
  return -1;
}

/** First position from `at` on that is none of JSON's blanks. */
export function skipBlanks(json: Buffer, at: number): number {
  let position = at;
  for (;;) {
    const byte = json[position];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return position;
    position++;
  }
}
