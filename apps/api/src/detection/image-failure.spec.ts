import { FaceError } from '@face/errors';
import { describe, expect, it } from 'vitest';
import { isImageFailure, withImage } from './image-failure.js';

const image = { id: 'passport', index: 2 };

describe('withImage', () => {
  it('names id and index of an image that cannot be used', () => {
    const error = withImage(new FaceError('invalid_image', 'The image is empty.'), image);
    expect(error).toMatchObject({
      code: 'invalid_image',
      message: "Image 'passport' at index 2: The image is empty.",
      image,
    });
    expect(isImageFailure(error)).toBe(true);
  });

  it('cuts long ids in the sentence only', () => {
    const long = { id: 'x'.repeat(1000), index: 0 };
    const error = withImage(new FaceError('invalid_base64', 'No.'), long) as FaceError;
    expect(error.message.length).toBeLessThan(100);
    expect(error.image).toEqual(long);
  });

  it('leaves errors alone that are not about the content', () => {
    const error = new FaceError('overloaded', 'Too many.');
    expect(withImage(error, image)).toBe(error);
    expect(isImageFailure(error)).toBe(false);
  });
});
