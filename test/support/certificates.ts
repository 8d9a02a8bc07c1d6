import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  /** PEM files. */
  readonly certificate: string;
  readonly key: string;
}

/** Whether certificates can be made here. */
export function hasOpenSsl(): boolean {
  if (spawnSync('openssl', ['version']).status === 0) return true;
  console.log('skipped: openssl is not there, which makes the certificates of these tests');
  return false;
}

/** A certificate authority that lives as long as its folder. */
export class Authority implements Certificate {
  readonly certificate: string;
  readonly key: string;

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {
    ({ certificate: this.certificate, key: this.key } = this.filesOf(name));
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-subj',
      `/CN=${name}`,
      '-days',
      '1',
      '-keyout',
      this.key,
      '-out',
      this.certificate,
    );
  }

  /** @param names as in `DNS:triton.test,IP:127.0.0.1` */
  issue(subject: string, names: string): Certificate {
    const { certificate, key } = this.filesOf(`${this.name}-${subject}`);
    const request = `${certificate}.request`;
    const extensions = `${certificate}.extensions`;
    writeFileSync(extensions, `subjectAltName=${names}\n`);
    openssl('req', ...newKey, '-subj', `/CN=${subject}`, '-keyout', key, '-out', request);
    const by = ['-CA', this.certificate, '-CAkey', this.key, '-CAcreateserial', '-days', '1'];
    openssl('x509', '-req', '-in', request, ...by, '-extfile', extensions, '-out', certificate);
    return { certificate, key };
  }

  private filesOf(name: string): Certificate {
    return { certificate: join(this.folder, `${name}.crt`), key: join(this.folder, `${name}.key`) };
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
