import { FaceError } from '@face/errors';
import { closingQuote } from './json-text.js';

/** A body of photos is three levels deep. */
const deepest = 32;

/** Brackets, braces and commas; eight photos have about forty, a thousand of them five thousand. */
const mostValues = 65_536;

/** In a text that may have any number of other values: as many as are parsed in some tenths of a second. */
const mostLists = 524_288;

const quote = 0x22;
const comma = 0x2c;
const openingBracket = 0x5b;
const closingBracket = 0x5d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/**
 * Refuses a text that would keep JSON.parse, and so the event loop, busy out of proportion to what it can mean: 20 MB of
 * opening brackets take it 6 s, 30 MB of empty lists .8 GB of memory. Strings, the photos among them, are passed over by
 * searching for their end. Whether it is JSON at all is for the parser to say.
 * @param counted `lists` where there may be any number of other values
 * @throws FaceError `malformed_body`
 */
export function checkShape(json: Buffer, counted: 'values' | 'lists' = 'values'): void {
  // Too short to do harm.
  if (json.length <= mostValues) return;
  const most = counted === 'lists' ? mostLists : mostValues;
  let depth = 0;
  let structure = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case quote:
        at = closingQuote(json, at + 1);
        if (at === -1) return;
        continue;
      case openingBracket:
      case openingBrace:
        if (++depth > deepest) throw tooMuch(`more than ${deepest} levels deep`);
        if (counted === 'lists' && json[at] === openingBrace) continue;
        break;
      case closingBracket:
      case closingBrace:
        depth--;
        continue;
      case comma:
        if (counted === 'lists') continue;
        break;
      default:
        continue;
    }
    if (++structure > most) throw tooMuch(`of more than ${most} ${counted}`);
  }
}

function tooMuch(what: string): FaceError {
  return new FaceError('malformed_body', `The body is JSON ${what}, which no request is.`);
}
