import type { IncomingMessage, ServerResponse } from 'node:http';

/** Requests whose way through the app begins in one turn of the event loop; each takes some tenths of a millisecond. */
const beginPerTurn = 8;

/**
 * Lets few requests begin in one turn of the event loop. Fifty connections that bring one at the same time would
 * otherwise hold it for as long as all of them take.
 */
export function turnPlaces() {
  const waiting: (() => void)[] = [];
  let begun = 0;
  let turnEnds = false;

  const endTurn = () => {
    if (turnEnds) return;
    turnEnds = true;
    setImmediate(() => {
      turnEnds = false;
      begun = 0;
      for (const next of waiting.splice(0, beginPerTurn)) begin(next);
      if (waiting.length > 0) endTurn();
    });
  };
  const begin = (next: () => void) => {
    begun++;
    endTurn();
    next();
  };

  return (_request: IncomingMessage, _response: ServerResponse, next: () => void): void => {
    if (begun < beginPerTurn && waiting.length === 0) {
      begin(next);
    } else {
      waiting.push(next);
      endTurn();
    }
  };
}
