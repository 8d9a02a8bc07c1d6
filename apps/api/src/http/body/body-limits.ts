import type { Settings } from '../../config/settings.js';
import type { BodyLimits } from './parse-multipart.js';

/** Room for keys, ids and other fields of a body. */
const envelopeBytes = 65_536;
/** A double as JSON: 17 digits, sign, point, exponent, comma, blank. */
const numberBytes = 26;
/** Id, subject and keys of a candidate or image. */
const rowBytes = 1024;
/** Production's dimension, and more than the default pack has. */
const usualDimension = 1024;

/**
 * The body limit is the larger of what the images and the candidates of a largest request need, but not more than all
 * bodies together may have.
 */
export function bodyLimits(
  settings: Pick<
    Settings,
    'maxBatchSize' | 'maxImageBytes' | 'maxCandidates' | 'embeddingDimension' | 'maxBodyBytesInFlight'
  >,
): BodyLimits {
  const dimension = settings.embeddingDimension ?? usualDimension;
  const images = settings.maxBatchSize * (Math.ceil(settings.maxImageBytes / 3) * 4 + rowBytes);
  const candidates = (settings.maxCandidates + 1) * (dimension * numberBytes + rowBytes);
  return {
    bodyBytes: Math.min(Math.max(images, candidates) + envelopeBytes, settings.maxBodyBytesInFlight),
    imageBytes: settings.maxImageBytes,
    images: settings.maxBatchSize,
  };
}
