import { PackError } from '../pack-error.js';

interface FetchFault extends Error {
  readonly code?: string;
  readonly statusCode?: number;
  readonly path?: string;
}

const noNetwork = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN']);
const badCertificate = /CERT|UNABLE_TO_VERIFY|SELF_SIGNED|ERR_TLS/;
const notWritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT']);

/**
 * Says in a sentence why a download failed and what to do.
 * @param what is fetched, as in `faceplugin@1.0.3`
 * @param folder that it is written to
 */
export function fetchError(what: string, cause: unknown, folder: string): PackError {
  if (cause instanceof PackError) return cause;
  const fault = cause instanceof Error ? (cause as FetchFault) : new Error(String(cause));
  return new PackError(`${what} could not be fetched: ${explain(fault, folder)}`, { cause });
}

function explain(fault: FetchFault, folder: string): string {
  const { code = '', message, statusCode } = fault;
  if (isFileFault(fault)) return fileFault(fault, folder);
  if (code === 'E401' || code === 'E403' || statusCode === 401 || statusCode === 403 || statusCode === 407) {
    return `the server refused it (${message}); check the registry and its credentials with: npm config ls -l, npm whoami`;
  }
  if (code === 'E404' || code === 'ETARGET' || statusCode === 404) {
    return `the server does not have it (${message}); does your npm registry mirror all packages?`;
  }
  if (noNetwork.has(code))
    return `no network or no such host (${message}); connect, or set npm's proxy, and run it again`;
  if (code === 'ENOTCACHED') return 'npm is set to offline and does not have it; run it once with a network';
  if (badCertificate.test(code)) {
    return `the certificate of the server is not trusted (${code}); set npm's cafile to your company's certificate`;
  }
  return `${message}${code === '' ? '' : ` (${code})`}; run it again, or check the npm settings registry, proxy and https-proxy`;
}

/** Errors of the file system carry the path and the system call that failed. */
function isFileFault({ code, path }: FetchFault): boolean {
  return (
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    (path !== undefined && code !== undefined && notWritable.has(code))
  );
}

function fileFault({ code = '', path }: FetchFault, folder: string): string {
  const place = path ?? folder;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? `the disk is full (${place}); free some space, or set FACE_V3_CACHE_DIR to a folder on another disk`
    : `${place} cannot be written (${code}); set FACE_V3_CACHE_DIR to a folder that you may write to`;
}

/** The same for steps that only touch files. */
export function cacheError(folder: string, cause: unknown): PackError {
  if (cause instanceof PackError) return cause;
  const fault = cause instanceof Error ? (cause as FetchFault) : new Error(String(cause));
  const reason = isFileFault(fault) ? fileFault(fault, folder) : fault.message;
  return new PackError(`the cache folder ${folder} cannot be used: ${reason}`, { cause });
}
