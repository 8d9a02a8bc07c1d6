import { NestFactory } from '@nestjs/core';
import { writeFileSync } from 'node:fs';
import { AppModule } from './app.module.js';
import { openApiDocument } from './app.openapi.js';
import { Settings } from './config/settings.js';

/**
 * Writes the OpenAPI document to the file named on the command line. Nothing is started: Nest only looks at the
 * classes, so neither Triton nor the native libraries are needed.
 */
const file = process.argv[2];
if (file === undefined) {
  process.stderr.write('Usage: openapi.main.js FILE\n');
  process.exit(2);
}
const settings = new Settings({ FACE_V3_TRITON_URL: '127.0.0.1:8001' });
const app = await NestFactory.create(AppModule.forRoot(settings), { preview: true, logger: ['error'] });
writeFileSync(file, `${JSON.stringify(openApiDocument(app), undefined, 2)}\n`);
process.exit(0);
