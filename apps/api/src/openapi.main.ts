import { NestFactory } from '@nestjs/core';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppModule } from './app.module.js';
import { openApiDocument } from './app.openapi.js';
import { Settings } from './config/settings.js';

/**
 * Writes the OpenAPI document to the given file, or with --check only compares: `openapi.main.js [--check]
 * openapi.json`. Nothing is started: Nest only looks at the classes, so neither Triton nor libraries are needed.
 */
const [mode, path] = process.argv[2] === '--check' ? ['check', process.argv[3]] : ['write', process.argv[2]];
if (path === undefined) {
  process.stderr.write('Usage: openapi.main.js [--check] FILE\n');
  process.exit(2);
}
const settings = new Settings({ FACE_V3_TRITON_URL: '127.0.0.1:8001' });
const app = await NestFactory.create(AppModule.forRoot(settings), { preview: true, logger: ['error'] });
const text = `${JSON.stringify(openApiDocument(app), undefined, 2)}\n`;
const file = resolve(path);
if (mode === 'write') {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write(`${file} is not what the code says: run \`npm run openapi\` and commit the result.\n`);
  process.exit(1);
}
process.exit(0);
