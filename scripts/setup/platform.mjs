/** Oldest Node that can install the dependencies and start the pinned one. */
const oldestNode = [20, 20];
/** There is no pinned Node for macOS, so the machine's own must be able to run the programs. */
const oldestNodeOnMac = [24, 0];

/**
 * Whether the product can run here at all.
 * @param {NodeJS.Platform} platform
 * @param {string} nodeVersion as in `20.20.1`
 * @returns {string | undefined} what to do, when it cannot
 */
export function platformProblem(platform, nodeVersion) {
  if (platform === 'win32') {
    return (
      'Windows is supported through WSL: run "wsl --install" in PowerShell, open the Linux shell that it ' +
      'installs, clone the project there (in your Linux home folder) and run the same command again.'
    );
  }
  if (platform === 'darwin' && isOlder(nodeVersion, oldestNodeOnMac)) {
    return (
      `On macOS this project needs Node 24 or newer, this is Node ${nodeVersion}. ` +
      'Install it with "brew install node@24" or from https://nodejs.org, then run the command again.'
    );
  }
  if (isOlder(nodeVersion, oldestNode)) {
    return (
      `Node ${nodeVersion} is too old: this project needs Node ${oldestNode.join('.')} or newer. ` +
      'Install a newer one from https://nodejs.org or with "nvm install 24", then run the command again.'
    );
  }
  return undefined;
}

/**
 * @param {string} version as in `20.20.1`
 * @param {readonly number[]} wanted major and minor
 */
export function isOlder(version, wanted) {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [position, least] of wanted.entries()) {
    const part = parts[position] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}
