/**
 * What commonly goes wrong outside the project, by the words that tools use for it. The tools' own words are
 * always shown too: this adds what to do.
 * @type {readonly (readonly [RegExp, string])[]}
 */
const known = [
  [/ENOSPC|No space left on device/i, 'The disk is full: free some space (about 2 GB are needed).'],
  [/EDQUOT|Disk quota exceeded/i, 'Your disk quota is used up: free some space (about 2 GB are needed).'],
  [
    /EACCES|EPERM|EROFS|permission denied|read-only file system/i,
    'A file or folder cannot be written: check that it belongs to you (a run with sudo may have changed that).',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET/,
    'The package registry cannot be reached: check the network and your npm settings ("npm config get registry", "npm ping"; behind a proxy set HTTPS_PROXY).',
  ],
  [
    /_CERT|UNABLE_TO_|ERR_SSL|ERR_TLS/,
    'The registry shows a certificate that Node does not trust: behind a company proxy set NODE_EXTRA_CA_CERTS to its certificate.',
  ],
  [
    /EINTEGRITY/,
    'What was downloaded is not what the lock file names: "npm cache clean --force" and try again.',
  ],
  [
    /E401|E403|\b40[13] (Unauthorized|Forbidden)/,
    'The registry refuses: check the login and rights in your .npmrc.',
  ],
  [
    /can only install packages when your package.json and package-lock.json/i,
    'package.json was changed without its lock file: run "npm install" and commit both.',
  ],
  [/ENOMEM|heap out of memory|Killed/, 'The machine ran out of memory: close other programs and try again.'],
];

/**
 * @param {string} output of a failed command
 * @returns {string | undefined} what to do, when the output shows it
 */
export function adviceFor(output) {
  return known.find(([words]) => words.test(output))?.[1];
}
