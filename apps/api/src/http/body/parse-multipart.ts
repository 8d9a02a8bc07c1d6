import { FaceError } from '@face/errors';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import type { IncomingMessage } from 'node:http';
import { FieldErrors } from '../validation/field-errors.js';
import { type IncomingBody, streamBody, tooLarge } from './read-bytes.js';

export interface BodyLimits {
  /** Of a whole body. */
  readonly bodyBytes: number;
  /** Of one image in it. */
  readonly imageBytes: number;
  /** Number of images. */
  readonly images: number;
}

export interface ImageForm {
  /** The files of the field `images`, in the order they were sent. */
  readonly images: readonly { readonly data: Uint8Array }[];
  /** Every other field, as text. */
  readonly flags: ReadonlyMap<string, string>;
}

/**
 * Reads multipart/form-data with files in the field `images` and flags as text fields. File names are not
 * looked at: the content decides, and ids go by position as everywhere.
 * @throws FaceError as streamBody() does; `payload_too_large` (of an image), `too_many_images`, `malformed_body`,
 * `validation_failed` for a file in another field or a flag given twice.
 */
export async function parseMultipart(body: IncomingBody, limits: BodyLimits): Promise<ImageForm> {
  const form = new FormCollector(body.request, limits);
  await streamBody(body, limits.bodyBytes, (chunk) => form.write(chunk));
  return form.finish();
}

/** Place of a part that says none. */
const unnamed = 'a part of the form';

class FormCollector {
  readonly #parser: BusboyInstance;
  readonly #images: { data: Uint8Array }[] = [];
  readonly #flags = new Map<string, string>();
  readonly #errors = new FieldErrors();
  readonly #done: Promise<void>;
  #failure: FaceError | undefined;

  constructor(request: IncomingMessage, { imageBytes, images }: BodyLimits) {
    try {
      this.#parser = new Busboy({
        headers: request.headers as BusboyHeaders,
        limits: { fileSize: imageBytes, files: images, fields: 100, fieldSize: 65_536, headerPairs: 100 },
        // Some clients leave the file name out; the field name says enough.
        isPartAFile: (name, _type, fileName) => fileName !== undefined || name === 'images',
      });
    } catch (cause) {
      throw new FaceError('malformed_body', 'The multipart body has no usable boundary.', { cause });
    }
    this.#done = new Promise((resolve) => {
      this.#parser.once('finish', resolve);
      this.#parser.on('error', (cause: unknown) => {
        this.#fail(new FaceError('malformed_body', 'The multipart body is broken or cut off.', { cause }));
        resolve();
      });
    });
    // The types promise a name, but a part may come without.
    this.#parser.on('file', (name: string | undefined, file) => {
      const chunks: Buffer[] = [];
      const index = this.#images.length;
      if (name === 'images') this.#images.push({ data: Buffer.alloc(0) });
      else
        this.#errors.add(
          name ?? unnamed,
          'is a file in an unknown field, files belong into the field images',
        );
      file.on('limit', () => this.#fail(tooLarge(`The image at index ${index}`, imageBytes)));
      file.on('error', (cause) => {
        this.#fail(
          new FaceError('malformed_body', 'The multipart body is cut off inside a file.', { cause }),
        );
      });
      file.on('data', (chunk: Buffer) => {
        if (name === 'images') chunks.push(chunk);
      });
      file.on('end', () => {
        if (name === 'images') this.#images[index] = { data: Buffer.concat(chunks) };
      });
    });
    this.#parser.on('field', (name: string | undefined, value, nameTruncated, valueTruncated) => {
      if (name === undefined) this.#errors.add(unnamed, 'has no name');
      else if (nameTruncated || valueTruncated) this.#errors.add(name, 'is too long');
      else if (this.#flags.has(name)) this.#errors.add(name, 'is given more than once');
      else this.#flags.set(name, value);
    });
    this.#parser.once('filesLimit', () => {
      const sentence = `The form has more than the ${images} images allowed in a request.`;
      this.#fail(new FaceError('too_many_images', sentence));
    });
    this.#parser.once('fieldsLimit', () => this.#errors.add('', 'has more than 100 text fields'));
  }

  /** @throws what went wrong so far, so that the rest of a refused body is not read. */
  write(chunk: Buffer): void {
    this.#parser.write(chunk);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async finish(): Promise<ImageForm> {
    this.#parser.end();
    await this.#done;
    if (this.#failure !== undefined) throw this.#failure;
    this.#errors.throwIfAny();
    return { images: this.#images, flags: this.#flags };
  }

  #fail(error: FaceError): void {
    this.#failure ??= error;
  }
}
