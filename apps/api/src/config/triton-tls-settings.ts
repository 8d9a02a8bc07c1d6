import type { EnvironmentReader } from '@face/environment';
import type { TritonTls } from '@face/triton';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

const prefix = 'FACE_V3_TRITON_TLS';
const caName = 'FACE_V3_TRITON_TLS_CA_FILE';
const certificateName = 'FACE_V3_TRITON_TLS_CERT_FILE';
const keyName = 'FACE_V3_TRITON_TLS_KEY_FILE';
const serverName = 'FACE_V3_TRITON_TLS_SERVER_NAME';

/** Undefined where the connection to Triton is plain text. Files are read once, at the start. */
export function readTritonTls(reader: EnvironmentReader): TritonTls | undefined {
  const used = reader.boolean(prefix, false);
  if (!used) {
    const useless = [caName, certificateName, keyName, serverName].find(
      (name) => reader.text(name) !== undefined,
    );
    if (useless !== undefined) {
      reader.problem(`${useless} is set, which means nothing without TLS: set ${prefix}=true.`);
    }
    return undefined;
  }
  return {
    authorities: readPem(reader, caName, checkCertificates),
    identity: readIdentity(reader),
    serverName: reader.text(serverName),
  };
}

function readIdentity(reader: EnvironmentReader): TritonTls['identity'] {
  const alone = [certificateName, keyName].filter((name) => reader.text(name) !== undefined);
  if (alone.length === 1) {
    reader.problem(`${alone.join()} is set alone: ${certificateName} and ${keyName} belong together.`);
    return undefined;
  }
  const certificate = readPem(reader, certificateName, checkCertificates);
  const key = readPem(reader, keyName, checkKey);
  if (certificate === undefined || key === undefined) return undefined;
  // The first certificate of a chain is the client's own.
  if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    reader.problem(`The key of ${keyName} is not that of the certificate of ${certificateName}.`);
  }
  return { certificate, key };
}

function readPem(
  reader: EnvironmentReader,
  name: string,
  check: (pem: Buffer) => string | undefined,
): Buffer | undefined {
  const path = reader.text(name);
  if (path === undefined) return undefined;
  let pem: Buffer;
  try {
    pem = readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    reader.problem(`${name} is '${path}', expected a readable file: ${reason}.`);
    return undefined;
  }
  const problem = check(pem);
  if (problem === undefined) return pem;
  reader.problem(`${name} is '${path}', ${problem}.`);
  return undefined;
}

/** Each of the file: Node would pass over those that it cannot read. */
function checkCertificates(pem: Buffer): string | undefined {
  const blocks = pem.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  const readable = blocks?.every((block) => {
    try {
      return new X509Certificate(block).subject !== undefined;
    } catch {
      return false;
    }
  });
  return readable === true ? undefined : 'expected certificates in PEM form';
}

function checkKey(pem: Buffer): string | undefined {
  try {
    createPrivateKey(pem);
    return undefined;
  } catch (error) {
    // The words of OpenSSL never show the key.
    const locked = error instanceof Error && 'code' in error && error.code === 'ERR_MISSING_PASSPHRASE';
    return locked ? 'expected a private key without a passphrase' : 'expected a private key in PEM form';
  }
}
