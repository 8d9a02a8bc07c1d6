import { execFileSync } from 'node:child_process';
import { Container } from './container.mjs';

/** With a root file system that cannot be written to, not even /tmp, and as the first process of its namespace. */
export class ReadOnlyContainer extends Container {
  /** @param {string[]} command */
  commandFor(command) {
    const { mount, config } = this.image;
    const [user, group] = config.User.split(':');
    this.mountReadOnly();
    const place = [`--root=${mount}`, `--wd=${config.WorkingDir}`, '--setuid', user, '--setgid', group];
    return ['/usr/bin/unshare', '--pid', '--fork', '--kill-child=SIGKILL', ...place, ...command];
  }

  /** @override */
  programEnvironment() {
    const image = Object.fromEntries(this.image.config.Env.map((text) => text.split(/=(.*)/s).slice(0, 2)));
    return { ...image, ...this.environment };
  }

  mountReadOnly() {
    if (this.mounted) return;
    const { mount } = this.image;
    execFileSync('mount', ['--bind', mount, mount]);
    execFileSync('mount', ['--rbind', '/dev', `${mount}/dev`]);
    execFileSync('mount', ['-t', 'proc', 'proc', `${mount}/proc`]);
    execFileSync('mount', ['-o', 'remount,bind,ro', mount]);
    this.mounted = true;
  }
}
