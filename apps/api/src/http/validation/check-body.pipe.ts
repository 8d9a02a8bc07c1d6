import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { checkBody } from './check-body.js';

/** Checks every `@Body()` against the class of its parameter. */
@Injectable()
export class CheckBodyPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    return type === 'body' && metatype !== undefined ? checkBody(value, metatype) : value;
  }
}
