import { Container } from './container.mjs';

/** In a container of buildah, with isolation by chroot: it knows the image's environment, user and folder itself. */
export class BuildahContainer extends Container {
  /** @param {string[]} command */
  commandFor(command) {
    const { buildah, container } = this.image;
    const environment = Object.entries(this.environment).map(([name, value]) => `--env=${name}=${value}`);
    return [...buildah, 'run', '--isolation', 'chroot', ...environment, container, '--', ...command];
  }
}
