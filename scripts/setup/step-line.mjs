import process from 'node:process';

const nameWidth = 22;

/**
 * Says that a long step began; on a terminal the line is overwritten by its end.
 * @param {string} name
 * @param {string} note
 */
export function announceStep(name, note) {
  if (process.stdout.isTTY) process.stdout.write(`  ${name.padEnd(nameWidth)}${note} ...`);
}

/**
 * The one line of a step.
 * @param {string} name
 * @param {number} [milliseconds] that it took; left out when there was nothing to do
 */
export function endStep(name, milliseconds) {
  const time = milliseconds === undefined ? 'unchanged' : `${(milliseconds / 1000).toFixed(1)} s`;
  const clear = process.stdout.isTTY ? '\r\x1b[K' : '';
  process.stdout.write(`${clear}  ${name.padEnd(nameWidth)}${time}\n`);
}
