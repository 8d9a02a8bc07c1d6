import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quote, welcome } from './welcome.ts';

const facts = {
  url: 'http://127.0.0.1:8000',
  local: true,
  keyNeeded: false,
  photo: '/home/ada/.cache/face-search-backend/photos/sample1.jpg',
};

describe('the welcome', () => {
  it('shows where to go and a curl line', () => {
    const text = welcome(facts);
    expect(text).toContain('Ready.');
    expect(text).toContain('http://127.0.0.1:8000/docs\n');
    expect(text).toContain(
      'curl -s -F images=@/home/ada/.cache/face-search-backend/photos/sample1.jpg http://127.0.0.1:8000/api/v1/embeddings\n',
    );
  });

  it('names Swagger only in the local environment', () => {
    expect(welcome({ ...facts, local: false })).not.toContain('/docs');
  });

  it('never shows a key, only where it goes', () => {
    expect(welcome({ ...facts, keyNeeded: true })).toContain(`-H 'X-API-KEY: YOUR_KEY'`);
  });

  it('uses an address that can be opened when it listens on all', () => {
    expect(welcome({ ...facts, url: 'http://0.0.0.0:8000' })).toContain('http://127.0.0.1:8000/docs');
  });
});

describe('quoting for the shell', () => {
  it.each(['plain.jpg', 'with space.jpg', "it's.jpg", 'a;b,"c".jpg', '$HOME'])('keeps %s', (text) => {
    expect(execFileSync('sh', ['-c', `printf %s ${quote(text)}`], { encoding: 'utf8' })).toBe(text);
  });
});
